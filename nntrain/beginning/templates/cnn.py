"""A small modern convolutional network: batch normalization, augmentation, a learning rate that falls to 0."""

from nntrain.beginning.facts import Draft, Facts, output_layer

FITS = ("images",)
_EPOCHS = 10
_BATCH = 128


def draft(facts: Facts) -> Draft:
    """Return blocks of convolution, batch normalization, ReLU and pooling, as many as the images allow."""
    block = "- Conv2D: {{filters: {}, kernel_size: 3, padding: same}}\n- BatchNormalization\n- ReLU\n- MaxPooling2D"
    batch = min(_BATCH, max(16, 1 << (facts.rows // 20).bit_length()))
    steps = _EPOCHS * -(-facts.rows // batch)
    model = [
        "- Rescaling: 1/255  # pixels from 0 to 1",
        "- RandomFlip: horizontal  # each epoch sees the images a little changed; remove what your classes forbid",
        "- RandomTranslation: {height_factor: 0.05, width_factor: 0.05, fill_mode: constant}",
        *(block.format(filters) for filters in _filters(min(facts.size))),
        "- Flatten",
        "- Dropout: 0.3",
        "- Dense: {units: 64, activation: relu, kernel_initializer: he_normal}",
        output_layer(facts),
    ]
    about = """
        A convolutional network: blocks of convolution, batch normalization, ReLU and pooling, light augmentation, and
        a learning rate that falls to 0. To try next: more epochs, more filters.
        """
    train = f"""
epochs: {_EPOCHS}
batch_size: {batch}
optimizer:
  Adam:
    learning_rate: {{CosineDecay: {{initial_learning_rate: 2e-3, decay_steps: {steps}}}}}  # all steps of the training
"""
    return Draft(about, "\n".join(model), train)


def _filters(pixels: int) -> tuple[int, ...]:
    """Return the filters of each block; a block halves the images, which end with 3 pixels or more."""
    return tuple(filters for index, filters in enumerate((16, 32, 64, 128, 128)) if pixels >> (index + 1) >= 3) or (16,)
