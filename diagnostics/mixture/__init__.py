"""What the training set should hold: from weaknesses to shares and quotas."""
