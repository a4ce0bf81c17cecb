"""A training or a search that runs, followed in the terminal by its files alone. Light."""
