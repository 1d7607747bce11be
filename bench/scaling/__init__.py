"""The measures of `bench.scale`, and the arithmetic of a large loop."""
