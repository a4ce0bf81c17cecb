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
        (
            "{Dense: {units: 4, activation: relu}}, {Dense: 3}, {Activation: sigmoid}",
            "loss: categorical_crossentropy",
            "loss_does_not_fit",
            ("model.2.Activation=softmax",),
        ),
        (
            "{Dropout: 0.1}, {Dense: {units: 3, activation: softmax}}, {Dropout: 0.5}",
            "",
            "dropout_after_output",
            ("model=[{Dropout: 0.1}, {Dense: {units: 3, activation: softmax}}]",),
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


def test_what_is_said_of_several_layers_is_one_finding_with_the_lines_of_all(tmp_path: Path) -> None:
    zeros = "{Dense: {units: 8, activation: relu, kernel_initializer: zeros}}"
    text = f"data: iris\nmodel: [{zeros}, {zeros}, {{Dense: {{units: 3, activation: softmax}}}}]\n"
    (found,) = _findings(tmp_path, text)
    assert found.set == tuple(f"model.{at}.Dense.kernel_initializer=glorot_uniform" for at in (0, 1))
    assert "`model.1.Dense.kernel_initializer`" in found.help


def test_a_softmax_unit_keeps_a_loss_of_numbers_until_the_data_are_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,0.2\n3,0.4\n5,0.6\n")
    table = "{table: {path: t.csv, target: b}}"
    text = f"data: {table}\nmodel: [{{Dense: {{units: 1, activation: softmax}}}}]\ntrain: {{loss: mse}}\n"
    (found,) = _findings(tmp_path, text)
    assert (found.disease, found.set) == ("softmax_over_one_unit", ("model.0.Dense.activation=sigmoid",))
