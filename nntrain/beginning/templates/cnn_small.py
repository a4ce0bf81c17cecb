"""A convolutional network to begin with: two convolutions, two poolings, one hidden layer."""

from nntrain.beginning.facts import Draft, Facts, batch_size, output_layer

FITS = ("images",)
_MODEL = """
- Rescaling: 1/255  # pixels from 0 to 1
- Conv2D: {{filters: 8, kernel_size: 3, padding: same, activation: relu, kernel_initializer: he_normal}}
- MaxPooling2D  # halves height and width
- Conv2D: {{filters: 16, kernel_size: 3, padding: same, activation: relu, kernel_initializer: he_normal}}
- MaxPooling2D
- Flatten
- Dense: {{units: 32, activation: relu, kernel_initializer: he_normal}}
{output}
"""


def draft(facts: Facts) -> Draft:
    """Return two convolutions with ReLU, Adam, and early stopping."""
    about = """
        A small convolutional network, trained by Adam until the validation split gets no better. The template `cnn` is
        better and slower.
        """
    train = f"""
epochs: 30  # at most
batch_size: {batch_size(facts.rows)}
optimizer: {{Adam: {{learning_rate: 1e-3}}}}
callbacks:
  - EarlyStopping: {{patience: 5}}  # epochs without a better val_loss; the best is kept
"""
    return Draft(about, _MODEL.format(output=output_layer(facts)), train)
