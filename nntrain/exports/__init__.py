"""A trained run in another format: written, loaded again in its own runtime, compared with `predict`, described."""
