"""Search engines: one module each, with its `Options` and `make(options, search)`."""
