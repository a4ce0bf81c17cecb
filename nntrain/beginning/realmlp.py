"""RealMLP of Holzmueller et al. 2024 (arXiv 2407.04491), their tables of tuned defaults, as sections of a config."""

from nntrain.beginning.facts import Facts, output_layer

LEFT_OUT = """
        Not as in the paper: dropout and weight decay stay as high as they begin, initial weights do not look at the
        data, one-hot columns are not scaled, and predictions of numbers are not limited to the range of the targets.
        """


def model(facts: Facts, small: bool) -> str:
    """Return the layers of RealMLP-TD, or of its simplified variant RealMLP-TD-S."""
    activation = "selu" if facts.classes else "mish"
    hidden = [f"NTKDense: {{units: 256, activation: {activation}}}"]
    if not small:
        hidden = ["NTKDense: 256", f"ParametricActivation: {activation}  # learns how much", "Dropout: 0.15"]
    lines = ["- TableEncoding: {scaling: robust, onehot: 8}  # robust: outliers are clipped smoothly"]
    if not small and facts.has_numbers:
        lines += ["- PeriodicEmbedding: {kind: pbld, units: 4, frequencies: 16, stddev: 0.1}  # of each number"]
    lines += ["- FeatureScale  # learns which columns matter", "- Repeat:", "    times: 3", "    layers:"]
    lines += [f"      - {layer}" for layer in hidden]
    return "\n".join([*lines, output_layer(facts, "NTKDense")])


def train(facts: Facts, small: bool) -> str:
    """Return how it is trained: AdamW, or Adam for the variant, with a rate that rises and falls four times."""
    rate = (0.04 if facts.classes else 0.07) if small else (0.04 if facts.classes else 0.2)
    factors = "feature_scale: 6, bias: 0.1"
    lines = [
        "epochs: 256",
        "batch_size: 256",
        "optimizer:",
        f"  {'Adam' if small else 'AdamW'}:",
        f"    learning_rate: {{CosLog: {{max_learning_rate: {rate}}}}}",
        "    beta_2: 0.95",
    ]
    if not small:
        lines += ["    epsilon: 1e-8", "    weight_decay: 0.02"]
        factors += ", alpha: 0.1" + (", periodic_embedding: 0.1" if facts.has_numbers else "")
    lines += [f"learning_rate_factors: {{{factors}}}"]
    if not small:
        lines += ["exclude_from_weight_decay: [bias]"]
    if facts.classes:
        lines += ["loss: {SparseCategoricalCrossentropy: {label_smoothing: 0.1}}"]
    return "\n".join(lines)
