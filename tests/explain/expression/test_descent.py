"""Gradient descent on the functions of the lectures."""

import json
from typing import Any

import pytest

from nntrain.errors import ConfigError
from nntrain.explain.expression.descent import curvature, explain
from nntrain.explain.expression.reader import read


def path(text: str, at: str, rate: float, steps: int) -> list[dict[str, Any]]:
    return list(json.loads(json.dumps(explain([text], [at], rate, steps).content))["path"])


@pytest.mark.parametrize(("rate", "end"), [(0.1, 0.121577), (1.9, 0.121577), (2.0, 1.0), (2.1, 6.7275)])
def test_the_bowl_converges_below_two_over_the_curvature(rate: float, end: float) -> None:
    found = path("w**2/2", "w=1", rate, 20)
    assert len(found) == 21
    assert abs(found[-1]["at"]["w"]) == pytest.approx(end, rel=1e-5)
    assert [place["at"]["w"] for place in found] == pytest.approx([(1 - rate) ** step for step in range(21)])


@pytest.mark.parametrize(("start", "end"), [(-0.3, -1), (0.3, 1)])
def test_the_double_well_has_two_ends(start: float, end: float) -> None:
    assert path("(w**2 - 1)**2", f"w={start}", 0.1, 30)[-1]["at"]["w"] == pytest.approx(end, abs=1e-9)


def test_two_inputs() -> None:
    place = path("x**2/2 + 5*y**2", "x=-2,y=1", 0.1, 2)[1]
    assert place["at"] == place["gradient"] == {"x": pytest.approx(-1.8), "y": 0}
    assert place["value"] == pytest.approx(1.62)


def test_a_path_ends_where_the_value_does() -> None:
    found = explain(["(w**2 - 1)**2"], ["w=3"], 0.1, 30)
    assert found.content["stopped"]
    assert found.notes[0] == "stopped: step 6 leads to where the value is not defined, or too large"
    assert not explain(["w**2"], ["w=1"], 0.1, 3).content["stopped"]


def test_the_notes_and_a_long_table() -> None:
    found = explain(["2*w**2"], ["w=1"], 0.1, 100)
    ((_, _, rows),) = found.tables
    assert (len(rows), rows[0][0], rows[20][0], rows[-1][0]) == (41, "0", "…", "100")
    assert found.notes[0] == "shortened: 101 places; `--json` has all"
    assert found.notes[1].startswith("curvature a = 4 at the start; the rate is below 2 / a = 0.5")


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("3*x**2", {"x": 1.0}, 6.0),
        ("x**2/2 + 5*y**2", {"x": 1.0, "y": 1.0}, 10.0),
        ("x*y", {"x": 1.0, "y": 1.0}, 1.0),
        ("x + y + z", {"x": 1.0, "y": 1.0, "z": 1.0}, None),
        ("x**1.5", {"x": 0.0}, None),
    ],
)
def test_the_curvature(text: str, at: dict[str, float], expected: float | None) -> None:
    assert curvature(read([text]), at) == expected


@pytest.mark.parametrize(
    ("texts", "rate", "steps", "message"),
    [
        (["x", "x"], 0.1, 3, "descends one expression"),
        (["x"], -1.0, 3, "is not a number above 0"),
        (["x"], float("nan"), 3, "is not a number above 0"),
        (["x"], 0.1, 10**9, "`--steps` is from 1 to 10,000"),
        (["x"], 0.1, -1, "`--steps` is from 1 to 10,000"),
    ],
)
def test_wrong_options(texts: list[str], rate: float, steps: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        explain(texts, ["x=1"], rate, steps)


@pytest.mark.parametrize("at", ["x=1", "x=1,y=2", "x=1,y=2,z=3"])
def test_it_is_drawn_for_any_number_of_inputs(at: str) -> None:
    text = " + ".join(f"{pair[0]}**2" for pair in at.split(","))
    found = explain([text], [at], 0.1, 5).draw("svg").decode()
    assert found.count('id="axes_') == (1 if "z" in at else 2)
    assert explain([f"sqrt({text})"], [at], 0.7, 5).draw("png").startswith(b"\x89PNG\r\n")
