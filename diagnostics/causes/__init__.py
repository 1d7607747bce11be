"""Where in the answer the model broke: rules, then probes, then a teacher, corrected by people."""
