from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.saved_run import SavedRun
from nntrain.evaluation.shown_rows import encoded_names, image_of
from nntrain.model.table_encoding import TableEncoding
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read


@pytest.mark.parametrize(
    ("shape", "image"),
    [
        ((28, 28), (28, 28)), ((28, 28, 1), (28, 28)), ((8, 8, 3), (8, 8, 3)), ((8, 8, 5), (8, 8)),
        ((4,), None), ((1, 8), None), ((2, 2, 2, 2), None),
    ],
)  # fmt: skip
def test_what_can_be_seen_as_an_image(shape: tuple[int, ...], image: tuple[int, ...] | None) -> None:
    found = image_of(np.arange(np.prod(shape), dtype="float32").reshape(shape))
    assert (None if found is None else found.shape) == image
    if found is not None:
        assert (found.min(), found.max()) == (0, 1)


def test_pixels_stay_and_a_constant_or_missing_value_is_black() -> None:
    pixels = np.arange(4, dtype="uint8").reshape(2, 2)
    assert image_of(pixels) is pixels
    assert (image_of(np.full((2, 2), np.nan)) == 0).all()


def test_the_columns_that_a_table_is_encoded_as_have_names(people: RunDir) -> None:
    """In the order of the layer, whose output has a column for each."""
    run = SavedRun(read(people))
    encoding: Any = next(each for each in run.scorer.program.model.layers if isinstance(each, TableEncoding))
    names = encoded_names(run.data, encoding)
    rows = run.split.take(np.arange(len(run.y))).x[:]
    encoded = np.asarray(encoding(rows))
    assert encoded.shape[1] == len(names) == len(set(names))
    for place, name in enumerate(names):
        if name.endswith(" is missing"):
            column = run.data.schema.features.index(name.removesuffix(" is missing"))
            assert (encoded[:, place] == np.isnan(rows[:, column])).all()
