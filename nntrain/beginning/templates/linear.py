"""No hidden layer: logistic or linear regression, the model that any other one should beat."""

from nntrain.beginning.facts import Draft, Facts, batch_size, output_layer

FITS = ("table", "numbers", "images")
_PREPARED = {
    "table": "- TableEncoding  # scales numbers, fills gaps, encodes categories; fitted on the training split",
    "numbers": "- Normalization  # mean 0 and deviation 1 in the training split",
    "images": "- Rescaling: 1/255  # pixels from 0 to 1\n- Flatten",
}


def draft(facts: Facts) -> Draft:
    """Return the output layer alone, with a penalty on large weights."""
    regularized = output_layer(facts).replace("units:", "kernel_regularizer: {L2: 1e-4}, units:", 1)
    what = "Logistic" if facts.classes else "Poisson" if facts.counts else "Linear"
    about = f"{what} regression: no hidden layer. Any other network should be better than this one."
    train = f"""
epochs: {20 if facts.kind == "images" else 100}
batch_size: {batch_size(facts.rows)}
optimizer: {{Adam: {{learning_rate: {"1e-3" if facts.kind == "images" else "1e-2"}}}}}
callbacks:
  - EarlyStopping: {{patience: {5 if facts.kind == "images" else 20}}}
"""
    return Draft(about, f"{_PREPARED[facts.kind]}\n{regularized}", train)
