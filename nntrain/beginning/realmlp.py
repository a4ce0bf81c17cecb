"""RealMLP of Holzmueller et al. 2024 (arXiv 2407.04491), their tables of tuned defaults, as sections of a config."""

from nntrain.beginning.facts import Facts, output_layer

_FEW_ROWS = 2000
LEFT_OUT = """
        Not as in the paper: dropout and weight decay stay as high as they begin (there they fall to 0 over the second
        half of the training, `flat_cos`), initial weights do not look at the data, one-hot columns are not scaled,
        predictions of numbers are not limited to the range of the targets, and the epoch that is kept has the lowest
        loss on the validation split.
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
        f"batch_size: {_batch_size(facts)}",
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


def _batch_size(facts: Facts) -> str:
    """Return 256 as in the paper, whose tables have 1,000 rows or more; 64 for few rows of numbers to predict.

    `scripts/strong_tables` on the half `tuning`: 64 was better on all four such tables, and not on three of classes.
    """
    is_small = not facts.classes and facts.rows < _FEW_ROWS
    return "64  # 256 in the paper, whose tables are larger" if is_small else "256"
