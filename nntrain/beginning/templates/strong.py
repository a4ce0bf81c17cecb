"""RealMLP-TD, the best that is known for plain networks on tables (Holzmueller et al. 2024)."""

from nntrain.beginning import realmlp
from nntrain.beginning.facts import Draft, Facts

FITS = ("table", "numbers")


def draft(facts: Facts) -> Draft:
    """Return the tuned defaults of the paper."""
    about = f"""
        RealMLP-TD: the tuned defaults for tables of Holzmueller et al. 2024 (arXiv 2407.04491).
        {realmlp.LEFT_OUT}
        """
    return Draft(about, realmlp.model(facts, small=False), realmlp.train(facts, small=False))
