from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from nntrain.canvas import NothingToDraw
from nntrain.evaluation.saved_run import SavedRun
from nntrain.plots import decision_boundary as plot
from nntrain.subject import read


def test_the_plane_of_classes_and_of_numbers(scored: Any, pixels: Any) -> None:
    for name in ("moons", "plane"):
        run = scored(name)
        assert plot.lacks(run.subject) == ""
        pixels(plot.draw(plot.of(run)))
    assert plot.lacks(scored("iris").subject) == "the model has not two inputs"


def test_the_animation_has_a_frame_before_the_first_epoch_and_after_each(scored: Any) -> None:
    run = scored("moons")
    before = run.scorer.program.model.get_weights()
    with Image.open(BytesIO(plot.animate(run))) as gif:
        assert (gif.format, gif.n_frames) == ("GIF", 3)
    after = run.scorer.program.model.get_weights()
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_all_frames_have_the_same_colors() -> None:
    frames = [Image.new("RGB", (9, 9), color) for color in ("#ff0000", "#00ff00", "#0000ff")]
    palette = plot._palette(frames)
    for frame in frames:
        assert frame.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB").tobytes() == frame.tobytes()


def test_categories_have_no_plane(fit: Any, tmp_path: Any) -> None:
    rows = "".join(f"{n},{'uv'[n // 2 % 2]},{'xy'[n % 2]}\n" for n in range(40))
    (tmp_path / "t.csv").write_text("a,b,c\n" + rows)
    run = fit(f"data: {{table: {{path: {tmp_path}/t.csv, target: c}}}}\nmodel: [Dense: 2]\ntrain: {{epochs: 1}}\n")
    with pytest.raises(NothingToDraw, match="an input is a category"):
        plot.of(SavedRun(read(run)))
