from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nntrain.plots.compared_curves import Options, draw, of
from nntrain.subject import read
from tests.conftest import Write


def rows(values: list[float], name: str = "val_loss") -> list[dict[str, float]]:
    return [{"epoch": epoch, name: value} for epoch, value in enumerate(values, start=1)]


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)


def test_every_run_has_its_color() -> None:
    found = pixels(draw(Options([("a", [rows([3, 2, 1])]), ("b", [rows([1, 2, 3, 4])])], ["loss"])))
    for color in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(found - color).max(axis=2) < 12).sum() > 50


def test_a_group_has_a_band_and_gaps_are_allowed() -> None:
    one = draw(Options([("a", [rows([3, 2, float("nan")]), rows([1, float("inf")])])], ["loss"]))
    assert (pixels(one) < 250).any()
    assert one != draw(Options([("a", [rows([2, 2])])], ["loss"]))


def test_any_name_and_twenty_of_them() -> None:
    names = "x" * 300, "$a_b$", "漢字", "<script>", "-"
    curves = [(f"{names[index % 5]}{index}", [rows([index, 1.0], "loss")]) for index in range(20)]
    assert pixels(draw(Options(curves, ["loss", "accuracy"]))).shape[1] > 700


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one epoch"):
        draw(Options([("a", []), ("b", [[]])], ["loss"]))


def test_a_note_and_what_a_band_is_are_written_above_the_names() -> None:
    run, group = (
        [("a", [rows([2, 1])])],
        [("a", [rows([2, 1]), rows([2, 1])])],
    )  # the same curve, and a band of no width
    assert (
        len({draw(Options(run, ["loss"])), draw(Options(run, ["loss"], note="of 9")), draw(Options(group, ["loss"]))})
        == 3
    )


@pytest.mark.parametrize("kind", ["repeat", "fold"])
def test_a_trial_of_several_trainings_is_one_curve_with_its_values(kind: str, write: Write) -> None:
    search = write("search", summary={"kind": "search", "direction": "min"})
    search.write("journal.jsonl", "")
    search.write(
        "trials.csv", 'trial,status,score,model.0,train.batch_size\n1,done,0.5,ReLU,8\n2,done,0.1,"{""ELU"": 1.0}",\n'
    )
    for name in (f"trial-00{trial}/{kind}-{part}" for trial in (1, 2) for part in (1, 2)):
        search.member(name.partition("/")[0])
        member = search.member(name)
        member.write("resolved.yaml", "data: iris\n")
        member.write("metrics.csv", "epoch,seconds,learning_rate,loss,val_loss\n1,0.1,0.1,0.5,0.4\n")
    run: Any = SimpleNamespace(subject=read(search), others=())
    found = of(run)
    assert [(name, len(every)) for name, every in found.curves] == [("trial-002 ELU: 1.0", 2), ("trial-001 ReLU, 8", 2)]
    assert found.title == "search"
