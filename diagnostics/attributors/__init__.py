"""One attributor a file; see `diagnostics.attributor`."""
