from typing import Any

from nntrain.config.load import from_document
from nntrain.doctor import prescription
from nntrain.doctor.checkup import case_of

NET = "data: iris\nmodel: [{Dense: 8}, ReLU]\ntrain: {epochs: 1}\n"


def test_a_change_becomes_a_line_that_the_config_accepts(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    (line,) = prescription.prescribed(case, (("model", 0, "Dense", "units"), 16))
    assert line == "model.0.Dense.units=16"
    document = prescription.assigned(case.prepared.config.document, [line])
    assert from_document(document).experiment.model[0].units == 16  # type: ignore[attr-defined]


def test_a_change_of_a_layer_that_nntrain_adds_is_made_in_the_whole_list(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    assert prescription.prescribed(case, (("model", 2, "Dense", "kernel_initializer"), "he_normal")) == (
        "model=[{Dense: 8}, ReLU, {Dense: {units: 3, activation: softmax, kernel_initializer: he_normal}}]",
    )


def test_a_layer_is_put_at_its_place(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    (line,) = prescription.prescribed(case, prescription.with_layer(case, 0, "Normalization"))
    assert line.startswith("model=[Normalization, {Dense: 8}, ReLU, ")


def test_a_change_that_the_config_does_not_accept_is_no_line(prepare: Any) -> None:
    case = case_of(prepare(NET).prepared)
    assert prescription.prescribed(case, (("model", 0, "Dense", "units"), -1)) == ()
    assert not prescription.is_accepted(case, ["train.loss=mean_squared"])
