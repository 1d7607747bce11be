"""What changed since earlier rounds, and the gap to another model."""
