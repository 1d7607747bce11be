"""One probe a file; see `diagnostics.causes.probe`."""
