"""Pictures, one file a kind: `draw(...)` returns the bytes of a PNG."""
