"""`nntrain plot` on real runs: what is drawn, where it is written, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Plot
from nntrain.errors import ConfigError, DataError
from nntrain.terminal import Terminal
from tests.cli.commands.test_runs import make
from tests.conftest import Fit, Trained


@pytest.fixture
def run(trained: Trained, tmp_path: Path) -> Path:
    """A copy of a run, without plots."""
    copied = shutil.copytree(trained("iris").path, tmp_path / "iris")
    shutil.rmtree(copied / "plots")
    return copied


def plot(run: Path, *kinds: str, **options: Any) -> None:
    Plot(name=str(run), kinds=list(kinds), runs_dir=run.parent, device="cpu", **options).run(Terminal())


def test_all_plots_that_fit_are_drawn_into_the_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot(run)
    drawn = {path.stem for path in (run / "plots").iterdir()}
    assert {"calibration", "confusion_matrix", "learning_curves", "roc_curve", "weight_histograms"} <= drawn
    assert f"learning_curves in {run}/plots/learning_curves.png\n" in capsys.readouterr().out


def test_a_kind_into_a_file_or_a_folder(run: Path, tmp_path: Path) -> None:
    plot(run, "learning-curves", output=tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_bytes().lstrip().startswith(b"<?xml")
    plot(run, "roc_curve", "calibration", output=tmp_path / "new", svg=True)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"roc_curve.svg", "calibration.svg"}
    assert not (run / "plots").exists()


def test_the_events_have_the_files(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Plot(name="iris", kinds=["roc_curve"], runs_dir=run.parent, device="cpu").run(Terminal(as_json=True))
    [event] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (event["event"], event["kind"], event["file"]) == ("plot", "roc_curve", str(run / "plots/roc_curve.png"))


def test_runs_are_compared_with_others(run: Path, tmp_path: Path) -> None:
    plot(run, beside=["iris"])
    assert (run / "plots" / "compared_curves.png").is_file()
    with pytest.raises(ConfigError, match="it compares runs; add `--with RUN`"):
        plot(run, "compared_curves")


@pytest.mark.parametrize(
    ("kind", "message", "help"),
    [
        ("confusion", "unknown plot `confusion`", "write `confusion_matrix`; of `{run}` can be drawn: `calibration`"),
        ("learning_curve", "unknown plot `learning_curve`", "write `learning_curves`; of"),
        ("nothing", "unknown plot `nothing`", "of `{run}` can be drawn: "),
        (
            "predicted_against_true",
            "`predicted_against_true` cannot be drawn of `{run}`: the run predicts classes, not numbers",
            "of `{run}` can be drawn: ",
        ),
    ],
)
def test_a_kind_that_is_unknown_or_does_not_fit(run: Path, kind: str, message: str, help: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plot(run, kind)
    assert caught.value.problems[0].message == message.format(run=run)
    assert caught.value.problems[0].help.startswith(help.format(run=run))


@pytest.mark.parametrize(
    ("kinds", "output", "message"),
    [
        (("roc_curve", "calibration"), "a.png", "is one file, for 2 plots"),
        (("roc_curve",), "a.gif", "the plot is no `.gif` file"),
        (("roc_curve",), "none/a.png", "there is no folder"),
        (("roc_curve",), "none/folder", "cannot write in"),
        (("roc_curve",), "iris/model.json", "is not a folder"),
        (("roc_curve",), "a.pdf", "is not a folder"),
    ],
)
def test_a_bad_output_is_refused(run: Path, kinds: tuple[str, ...], output: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=message):
        plot(run, *kinds, output=tmp_path / output)


def test_only_a_plane_is_animated(run: Path) -> None:
    with pytest.raises(ConfigError, match="only `decision_boundary` can be animated"):
        plot(run, "roc_curve", animate=True)
    with pytest.raises(ConfigError, match="`decision_boundary` cannot be drawn of .*: the model has not two inputs"):
        plot(run, animate=True)


def test_a_run_that_has_not_begun_or_was_killed(tmp_path: Path) -> None:
    path = make(tmp_path, "net", status=None)
    with pytest.raises(ConfigError) as caught:
        plot(path, "learning_curves")
    assert caught.value.problems[0].message.endswith("the run has not finished an epoch")
    (path / "metrics.csv").write_text("epoch,seconds,loss,val_loss\n1,1,nan,inf\n")
    plot(path)
    assert [each.name for each in (path / "plots").iterdir()] == ["learning_curves.png"]
    with pytest.raises(ConfigError, match="the run has no model"):
        plot(path, "confusion_matrix")


def test_a_plot_of_changed_data_is_refused_after_the_others_are_drawn(fit: Fit, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b\n" + "".join(f"{n},{'xy'[n % 2]}\n" for n in range(40)))
    run = fit(f"data: {{table: {{path: {table}, target: b}}}}\nmodel: [Dense: 2]\ntrain: {{epochs: 1}}\n")
    table.write_text("a,b\n" + "".join(f"{n + 1},{'xy'[n % 2]}\n" for n in range(40)))
    assert not (run.path / "plots").exists()
    with pytest.raises(DataError, match="the data are not those"):
        plot(run.path)
    assert (run.path / "plots/learning_curves.png").is_file()


def test_a_kind_of_a_run_is_not_drawn_of_a_group(tmp_path: Path) -> None:
    group = tmp_path / "group"
    member = make(group, "seed-1")
    (group / "group.json").write_text(json.dumps({"kind": "seeds", "members": {"seed-1": {"data": "iris"}}}))
    (member / "metrics.csv").write_text("epoch,seconds,loss\n1,1,0.5\n")
    plot(group, "compared_curves")
    assert (group / "plots/compared_curves.png").is_file()
    with pytest.raises(ConfigError, match="`confusion_matrix` is drawn of one run") as caught:
        plot(group, "confusion_matrix")
    assert f"name one of its runs, such as `{group}/seed-1`" in caught.value.problems[0].help


def test_a_run_of_which_nothing_can_be_drawn_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, "net", status=143)
    with pytest.raises(ConfigError, match=r"nothing can be drawn of `net` \(failed with exit code 143\)"):
        Plot(name="net", runs_dir=tmp_path).run(Terminal())
