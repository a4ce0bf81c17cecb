"""Several devices or machines that train together."""
