"""Which slices are reliably below the rest: candidates, tests, selection, estimates, evidence."""
