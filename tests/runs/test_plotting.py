"""Which plots a run has."""

from nntrain import extensions
from nntrain.runs import plotting
from nntrain.subject import read
from tests.conftest import REPOSITORY, Trained


def test_what_fits_a_run_follows_from_its_files(trained: Trained) -> None:
    of_classes, of_numbers = (plotting.fitting(read(trained(name))) for name in ("iris", "plane"))
    assert {"confusion_matrix", "roc_curve", "calibration", "learning_curves"} <= set(of_classes)
    assert {"predicted_against_true", "learning_curves", "weight_histograms"} <= set(of_numbers)
    assert "predicted_against_true" not in of_classes
    assert "confusion_matrix" not in of_numbers


def test_every_kind_is_in_the_reference_and_has_its_three_parts() -> None:
    reference = (REPOSITORY / "docs/reference.md").read_text().partition("### Plots")[2].partition("### The report")[0]
    modules = {name: extensions.load("plots", name) for name in extensions.names("plots")}
    kinds = {name: module for name, module in modules.items() if hasattr(module, "SUBJECTS")}
    assert {"learning_curves", "compared_curves"} <= set(kinds)
    for name, module in kinds.items():
        assert f"`{name}`" in reference
        assert set(module.SUBJECTS) <= {"run", "seeds", "folds", "search"}
        assert callable(module.lacks) and callable(module.of)
