from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from nntrain import canvas
from nntrain.plots import confusion_matrix

DARKEST = (8, 48, 107)  # 100 % in matplotlib's "Blues"


def plot(matrix: np.ndarray, names: list[str], title: str = "iris") -> np.ndarray:
    """(height, width, 3) the decoded PNG."""
    data = confusion_matrix.draw(confusion_matrix.Options(matrix, names, title))
    assert data.startswith(b"\x89PNG")
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def share_of(pixels: np.ndarray, color: tuple[int, int, int]) -> float:
    return float((np.abs(pixels.astype(int) - color).max(axis=2) < 4).mean())


@pytest.mark.parametrize("classes", [2, 10, 30])
def test_any_number_of_classes(classes):
    pixels = plot(np.eye(classes, dtype=np.int64) * 50, [f"class {n}" for n in range(classes)])
    height, width, _ = pixels.shape
    assert 250 < height < 1600
    assert 300 < width < 1600
    assert share_of(pixels, DARKEST) > 0.3 / classes**1.5


def test_a_perfect_row_is_dark_whatever_its_size():
    few, many = (plot(np.diag([count, 100]), ["no", "yes"]) for count in (1, 100))
    assert share_of(few, DARKEST) == pytest.approx(share_of(many, DARKEST), abs=0.01)


def test_a_class_without_examples():
    plot(np.array([[5, 1], [0, 0]]), ["no", "yes"])
    plot(np.zeros((2, 2), np.int64), ["no", "yes"])


def test_counts_are_written_up_to_20_classes(monkeypatch):
    def texts(classes: int) -> int:
        from matplotlib.figure import Figure

        axes = Figure().subplots()
        matrix = np.eye(classes, dtype=np.int64)
        confusion_matrix._write_counts(axes, matrix, matrix)
        return len(axes.texts)

    assert texts(20) == 400
    written = []
    monkeypatch.setattr(confusion_matrix, "_write_counts", lambda axes, matrix, shares: written.append(len(matrix)))
    monkeypatch.setattr(canvas, "image", lambda figure, format: b"")
    for classes in (20, 21):
        confusion_matrix.draw(confusion_matrix.Options(np.eye(classes, dtype=np.int64), [""] * classes, "a run"))
    assert written == [20]


def test_long_names_are_cut_in_the_middle_and_do_not_squeeze_the_cells():
    names = [f"an_extremely_long_name_of_a_folder_with_images_{n}" for n in range(3)]
    matrix = np.eye(3, dtype=np.int64) * 9
    short, long = plot(matrix, ["a", "b", "c"]), plot(matrix, names)
    dark_short, dark_long = (share_of(pixels, DARKEST) * pixels[..., 0].size for pixels in (short, long))
    assert dark_long > 0.8 * dark_short


def test_letters_that_would_be_formulas_or_are_missing_from_the_font():
    plot(np.eye(3, dtype=np.int64), ["$犬$", "$\\frac", "two\nlines"], "猫 $")


def test_a_matrix_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"a matrix of \(2, 2\) does not fit 3 names"):
        confusion_matrix.draw(confusion_matrix.Options(np.eye(2), ["a", "b", "c"], "iris"))


def test_percentages_are_written_up_to_12_classes_in_a_color_that_is_read_on_theirs():
    from matplotlib.figure import Figure

    def texts(classes: int) -> list[tuple[str, str]]:
        axes, matrix = Figure().subplots(), np.zeros((classes, classes), np.int64)
        matrix[0, :2] = 4, 6
        confusion_matrix._write_counts(axes, matrix, matrix / 10)
        return [(text.get_text(), text.get_color()) for text in axes.texts[:2]]

    assert texts(12) == [("4\n40.0%", "#222222"), ("6\n60.0%", "white")]
    assert texts(13) == [("4", "#222222"), ("6", "white")]
