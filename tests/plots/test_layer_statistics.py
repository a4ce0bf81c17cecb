from dataclasses import replace
from typing import Any

from nntrain.plots import layer_statistics as plot
from nntrain.plots.layer_statistics import Options


def sign(epoch: int, layers: int, **more: Any) -> dict[str, Any]:
    values = {"gradient": 0.1, "weight": 1.0, "moved": 0.0, "spread": 0.5, "dead": None, "saturated": None, **more}
    return {"epoch": epoch, "loss": 1.0, "layers": [{"layer": f"model.{n}.Dense", **values} for n in range(layers)]}


def test_what_the_doctor_measured_in_a_run(scored: Any, pixels: Any) -> None:
    run = scored("iris")
    assert plot.lacks(run.subject) == ""
    pixels(plot.draw(plot.of(run)))


def test_a_measurement_before_the_first_epoch_alone_is_no_plot(scored: Any) -> None:
    subject = scored("iris").subject
    first = replace(subject, diagnosis={**subject.diagnosis, "signs": subject.diagnosis["signs"][:1]})
    assert plot.lacks(first) == "the layers were measured before the first epoch only"


def test_a_single_measurement_and_very_many_layers(pixels: Any) -> None:
    pixels(plot.draw(Options([sign(0, 1)], "a run")))
    pixels(plot.draw(Options([sign(0, 60, dead=0.5), sign(100, 60, gradient=1e100, dead=1.0)], "deep")))
