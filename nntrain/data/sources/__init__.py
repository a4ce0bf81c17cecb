"""Where examples come from, one file a source: a light class `Options` and the function `load(options)`."""
