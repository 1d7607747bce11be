"""A small run with every kind of artifact, for looking at pages and for their tests."""
