"""Where the trials of a search run: one module an executor, with `Options` and `start(options, settings)`."""
