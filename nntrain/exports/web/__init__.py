"""The page of the format `html`: what it computes (network.js), what it shows (form.js) and its style (page.css)."""
