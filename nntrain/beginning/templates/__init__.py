"""The templates of `nntrain init`: each module says what data it `FITS`, and `draft(facts)` writes the model."""
