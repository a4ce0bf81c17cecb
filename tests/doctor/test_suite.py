"""The quick form of `scripts/doctor-score`: the configs of known.yaml and aside.yaml, and the programs of real.yaml."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from nntrain import extensions
from nntrain.training import prepare  # noqa: F401  # the backend is started for it

SCRIPTS = Path(__file__).parents[2] / "scripts" / "doctor_suite"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"doctor_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


suite, data, asked_data = _script("suite"), _script("data"), _script("asked_data")
ENTRIES = [entry for part in ("known", "aside") for entry in suite.entries(part)]
SICK = [entry for entry in ENTRIES if entry.disease]
REAL = {entry.name.rpartition("-")[2]: entry for entry in suite.entries("real") if entry.disease}
AFTER = ("line_of_ten", "sine")  # programs whose disease only a training shows
FIRST = 17  # programs
LATER = (  # of those behind them the ones that show something else; all are in the script
    "television",
    "iris_of_one_epoch",
    "probability",
    "rate_of_five",
    "dropout_everywhere",
    "autoencoder",
    "xor_quiz",
    "zeros",
    "town",
    "stars",
    "forty_counts",
    "sixty_columns",
    "zero_kernels",
)
HEALTHY = [entry for entry in ENTRIES if not entry.disease]

# Seen before a training, one config each.
STATIC = (
    "learning_rate_too_high",
    "learning_rate_too_low",
    "too_few_epochs",
    "batch_too_large",
    "no_nonlinearity",
    "unscaled_inputs",
    "unscaled_pixels",
    "unscaled_targets",
    "output_cannot_reach_targets",
    "softmax_over_one_unit",
    "sigmoid_on_exclusive_classes",
    "relu_output_for_classes",
    "regression_loss_on_classes",
    "loss_does_not_fit",
    "metric_does_not_fit",
    "wrong_output_units",
    "saturating_activations",
    "initializer_mismatch",
    "equal_kernels",
    "dropout_too_high",
    "dropout_after_output",
    "normalized_output",
    "sorted_without_shuffle",
    "accuracy_on_imbalance",
    "target_in_inputs",
    "duplicates_across_splits",
    "classes_as_numbers",
    "penalty_too_strong",
    "dense_before_flatten",
    "softmax_in_hidden_layer",
)
TRAINED = ("known-sick-1-wine", "known-sick-12-iris", "known-healthy-26-moons")
NOTES = {"bias_before_batch_norm", "small_validation_split", "too_many_parameters"}  # never a warning alone
OF_OTHERS = {  # a consequence of a disease that is named before it
    "exploding_gradients",
    "finite_divergence",
    "layer_learns_nothing",
    "not_finite",
    "oscillation",
    "plateau",
    "saturated_units",
    "update_too_large",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("suite")
    data.write(found)
    asked_data.write(found)
    return found


def _first(disease: str) -> Any:
    return next(entry for entry in SICK if disease in entry.disease)


@pytest.mark.parametrize("disease", STATIC)
def test_a_disease_of_config_or_data_is_seen_before_the_training(disease: str, folder: Path) -> None:
    outcome = suite.examine(_first(disease), folder, static=True)
    assert disease in outcome.names(2)


@pytest.mark.parametrize("name", TRAINED)
def test_a_short_training_shows_the_disease_and_a_healthy_one_none(name: str, folder: Path) -> None:
    entry = next(entry for entry in ENTRIES if entry.name == name)
    outcome = suite.examine(entry, folder)
    if entry.disease:
        assert set(outcome.names(2)) & set(entry.disease)
    else:
        assert [finding for finding in outcome.findings if finding.severity != "note"] == []


@pytest.mark.parametrize("name", [*list(REAL)[:FIRST], *LATER])
def test_what_people_asked_about_is_mostly_seen_before_the_training(name: str, folder: Path) -> None:
    outcome = suite.examine(REAL[name], folder, static=True)
    assert bool(set(outcome.names(2)) & set(REAL[name].disease)) is (name not in AFTER)


def test_each_program_has_its_question_and_its_cure() -> None:
    text = (suite.TESTS / "real.yaml").read_text()
    bases = yaml.safe_load(text)["bases"]
    for name in bases:
        before, _, _ = text.partition(f"\n  {name}:\n")
        assert "# http" in "".join(before.splitlines()[-2:]), name
    cured = {entry.name.rpartition("-")[2] for entry in suite.entries("real") if not entry.disease}
    assert cured == set(bases) == set(REAL)
    assert len(bases) >= 40


def test_the_suite_is_large_and_a_third_is_kept_aside() -> None:
    assert len(SICK) >= 80
    assert len(HEALTHY) >= 60
    aside = [entry for entry in ENTRIES if entry.name.startswith("aside")]
    assert len(aside) >= len(ENTRIES) / 3 - 1


def test_every_rule_has_a_sick_config() -> None:
    named = {disease for entry in SICK for disease in entry.disease}
    assert set(extensions.names("doctor.rules")) - named - NOTES - OF_OTHERS == set()
