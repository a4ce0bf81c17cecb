"""A small network with one or two hidden layers, by the rules of thumb of lectures."""

from nntrain.beginning.facts import Draft, Facts, batch_size, output_layer

FITS = ("table", "numbers", "images")
_PREPARED = {
    "table": "- TableEncoding  # scales numbers, fills gaps, encodes categories; fitted on the training split",
    "numbers": "- Normalization  # mean 0 and deviation 1 in the training split",
    "images": "- Rescaling: 1/255  # pixels from 0 to 1\n- Flatten",
}


def draft(facts: Facts) -> Draft:
    """Return ReLU layers with He's initial weights, Adam, and early stopping."""
    layers = [_PREPARED[facts.kind], *(_hidden(units) for units in _widths(facts.rows)), output_layer(facts)]
    about = """
        A small network by the rules of thumb of lectures, 1 to 5 hidden layers of 10 to 100 ReLU units and batches of
        a power of two, with the initial weights of He, trained by Adam until the validation split gets no better. To
        try next: more units, a layer more, `- Dropout: 0.2` behind a hidden layer.
        """
    return Draft(about, "\n".join(layers), _train(facts))


def _widths(rows: int) -> tuple[int, ...]:
    """Return the units of the hidden layers: more of them where more rows can teach them."""
    return (32,) if rows < 500 else (64, 32) if rows < 5000 else (100, 50)


def _hidden(units: int) -> str:
    return f"- Dense: {{units: {units}, activation: relu, kernel_initializer: he_normal}}"


def _train(facts: Facts) -> str:
    """Return how it is trained; few rows make few steps an epoch, which are larger ones."""
    patience = 5 if facts.kind == "images" else 20
    return f"""
epochs: 200  # at most
batch_size: {batch_size(facts.rows)}
optimizer: {{Adam: {{learning_rate: {"1e-2" if facts.rows < 500 else "1e-3"}}}}}
callbacks:
  - EarlyStopping: {{patience: {patience}}}  # epochs without a better val_loss; the best is kept
"""
