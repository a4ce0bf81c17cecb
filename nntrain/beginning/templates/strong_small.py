"""RealMLP-TD-S, the simplified variant: no embeddings of numbers, no dropout, no weight decay; faster."""

from nntrain.beginning import realmlp
from nntrain.beginning.facts import Draft, Facts

FITS = ("table", "numbers")


def draft(facts: Facts) -> Draft:
    """Return the tuned defaults of the paper for the variant."""
    about = """
        RealMLP-TD-S: the simplified variant of the tuned defaults for tables of Holzmueller et al. 2024
        (arXiv 2407.04491). Not as in the paper: categories of more than 8 values are learned embeddings, the weights of
        the last layer begin as random numbers and not as zeros, and the epoch that is kept has the lowest loss on the
        validation split.
        """
    return Draft(about, realmlp.model(facts, small=True), realmlp.train(facts, small=True))
