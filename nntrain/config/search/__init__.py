"""What a search varies: read from the section `tune`, and checked against the rest of the config."""
