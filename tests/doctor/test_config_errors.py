from pathlib import Path

import pytest

from nntrain.config.load import load, read
from nntrain.doctor import config_errors
from nntrain.errors import ConfigError, DataError, Problem


def _findings(folder: Path, text: str) -> list[config_errors.Finding]:
    path = folder / "net.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return config_errors.findings(caught.value, read(path))


@pytest.mark.parametrize(
    ("model", "train", "disease", "cure"),
    [
        ("{Dense: {units: 4, activation: softmax}}", "", "wrong_output_units", ("model.0.Dense.units=3",)),
        (
            "{Dense: {units: 8, kernel_initializer: zeros}}, {Dense: {units: 3, activation: softmax}}",
            "",
            "equal_kernels",
            ("model.0.Dense.kernel_initializer=glorot_uniform",),
        ),
        (
            "{Dense: {units: 3, activation: softmax}}",
            "loss: binary_crossentropy",
            "loss_does_not_fit",
            ("train.loss=sparse_categorical_crossentropy",),
        ),
        (
            "{Dense: {units: 3, activation: softmax}}",
            "metrics: [r2]",
            "metric_does_not_fit",
            ("train.metrics.0=accuracy",),
        ),
        ("{Dense: {unit: 3}}", "", "invalid_config", ()),
    ],
)
def test_an_error_of_a_config_is_a_finding_with_the_line_that_ends_it(
    model: str, train: str, disease: str, cure: tuple[str, ...], tmp_path: Path
) -> None:
    found = _findings(tmp_path, f"data: iris\nmodel: [{model}]\ntrain: {{{train}}}\n")
    assert (found[0].severity, found[0].disease, found[0].set) == ("error", disease, cure)


def test_one_softmax_unit_is_cured_together_with_its_loss(tmp_path: Path) -> None:
    text = "data: {toy_2d: moons}\nmodel: [{Dense: {units: 1, activation: softmax}}]\ntrain: {loss: %s}\n"
    found = _findings(tmp_path, text % "categorical_crossentropy")
    assert found[0].disease == "softmax_over_one_unit"
    assert found[0].set == ("model.0.Dense.activation=sigmoid", "train.loss=binary_crossentropy")


def test_an_error_of_the_data_names_no_line() -> None:
    error = DataError(problems=[Problem("x is NaN in row 3", ("data", "npz_file"))])
    (found,) = config_errors.findings(error, None)
    assert (found.disease, found.set) == ("invalid_data", ())


def test_without_known_labels_the_loss_that_fits_the_output_is_printed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
    text = "data: {table: {path: t.csv, target: b}}\nmodel: [{Dense: 1}]\ntrain: {loss: binary_crossentropy}\n"
    (found,) = _findings(tmp_path, text)
    assert (found.disease, found.set) == ("loss_does_not_fit", ("train.loss=mean_squared_error",))
