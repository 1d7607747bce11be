"""One attributor a file; see `diagnostics.causes.attributor`."""
