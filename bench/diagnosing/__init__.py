"""The measures of `bench.diagnostics`, and the baselines that they stand beside."""
