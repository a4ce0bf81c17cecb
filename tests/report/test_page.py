import base64
import hashlib
import json
import re
from importlib import resources
from pathlib import Path

import pytest

from nntrain.report.page import page
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from tests.conftest import Trained, Write
from tests.report.conftest import Page

MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x1b[31m\u202e"
ROWS = "epoch,seconds,learning_rate,loss,val_loss\n1,0.1,0.01,0.9,1.0\n2,0.1,0.01,0.5,0.7\n"


def of(*runs: RunDir) -> Page:
    return Page(page([read(run) for run in runs]))


def test_the_page_of_a_run_has_every_section(trained: Trained) -> None:
    found = of(trained("iris"))
    titles = [each["id"] for each in found.all("section")]
    assert titles == [
        "overview", "scores", "learning-curves", "findings-of-the-doctor", "plots", "data", "config", "environment",
        "how-to-reproduce",
    ]  # fmt: skip
    assert (
        "A model of 4 layers (Normalization, Dense, Dropout, Dense) with 67 parameters, trained on iris" in found.text
    )
    assert "setosa, versicolor, virginica" in found.text
    assert "nntrain repro" in found.text
    assert {each["href"].removeprefix("#") for each in found.all("a")} == {*titles, "main"}
    assert len(found.html) < 3_000_000


def test_the_page_fetches_nothing_and_runs_only_its_own_script(trained: Trained) -> None:
    found = of(trained("iris"))
    for _, attributes in found.elements:
        for name in ("src", "href", "action", "data", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png;base64,"))
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"url\(|@import|https?:", found.blocks["style"])
    assert set(re.findall(r"https?://[^\"']+", found.blocks["script"])) == {"http://www.w3.org/2000/svg"}
    (policy,) = (each["content"] for each in found.all("meta") if "http-equiv" in each)
    for kind, text in (("script-src", found.blocks["script"]), ("style-src", found.blocks["style"])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_everything_has_a_name_that_is_read_out(trained: Trained) -> None:
    found = of(trained("iris"))
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert found.all("html") == [{"lang": "en"}]
    for tag, attributes in found.elements:
        if "tabindex" in attributes and tag != "pre":
            assert attributes["aria-label"]
            assert attributes["role"]
        if tag == "img":
            assert attributes["alt"]
    assert all(each["scope"] in ("col", "row") for each in found.all("th"))


def test_markup_of_a_user_is_text_everywhere(write: Write) -> None:
    run = write(
        rows=f'epoch,seconds,loss,"{MARKUP.replace(chr(34), chr(34) * 2)}"\n1,0.1,0.5,0.5\n',
        resolved=f"data: {{npz_file: {{path: {json.dumps(MARKUP)}}}}}\nmodel: [{json.dumps(MARKUP)}]\n",
        summary={"kind": "run", "stopped": MARKUP, "metrics": {MARKUP: {MARKUP: 0.5}}, "rows": {MARKUP: 3}},
        environment={"packages": {MARKUP: MARKUP}, "device": MARKUP, "command": [MARKUP, MARKUP], "exit_status": 1},
        diagnosis={"findings": [{"severity": MARKUP, "disease": MARKUP, "message": MARKUP, "set": [MARKUP]}]},
        model={"classes": [MARKUP], "targets": [MARKUP]},
        notes={"notes": [{"text": MARKUP}], "tags": [MARKUP]},
    )
    found = of(run)
    assert [each.get("id", "") for each in found.all("script")] == ["curve-data", ""]
    assert found.all("img") == []
    assert not any(name.startswith("on") for _, attributes in found.elements for name in attributes)
    assert "\x1b" not in found.html
    assert "\u202e" not in found.html
    assert found.text.count("<img src=x onerror=alert(2)>") > 10
    assert found.curves["charts"][1]["name"] == MARKUP


def test_a_thousand_classes_with_long_names_fit(write: Write) -> None:
    names = [f"{number} {'é' * 300}" for number in range(1000)]
    run = write(rows=ROWS, model={"classes": names})
    found = of(run)
    assert "all 1,000" in found.text
    assert len(found.html) < 500_000


@pytest.mark.parametrize(
    "rows", ["", ROWS.rsplit("2,", 1)[0], ROWS.replace(",val_loss", "").replace(",1.0", "").replace(",0.7", "")]
)
def test_a_run_that_was_killed_after_any_epoch_has_a_page(rows: str, write: Write) -> None:
    found = of(write(rows=rows, environment={"packages": {}, "exit_status": None}))
    assert "killed before it ended" in found.text
    assert "nntrain resume" in found.text and "nntrain repro" not in found.text
    assert ("curve-data" in found.blocks) == bool(rows)


def test_a_run_that_is_training_says_so(write: Write) -> None:
    run = write(rows=ROWS)
    with run.locked():
        assert "running" in of(run).text.split()


def test_values_that_are_not_finite_are_gaps(write: Write) -> None:
    found = of(write(rows="epoch,seconds,loss,val_loss\n1,0.1,0.5,inf\n2,0.1,nan,nan\n3,0.1,,0.5\n"))
    lines = {one["split"]: one["y"] for one in found.curves["charts"][0]["series"]}
    assert lines == {"train": [0.5, None, None], "validation": [None, None, 0.5]}


def test_a_damaged_file_leaves_its_part_out_and_is_named(write: Write) -> None:
    run = write(rows=ROWS)
    run.write("summary.json", "{")
    run.write("diagnosis.json", '{"findings": 3, "scores": [1], "signs": null}')
    run.write("model.json", '{"classes": 3}')
    found = of(run)
    assert "summary.json` is damaged" in found.text
    assert "model.json` has an invalid `classes`" in found.text
    assert "learning-curves" in [each["id"] for each in found.all("section")]


def test_several_runs_are_compared(write: Write) -> None:
    config = "data: iris\nmodel: [Dense]\ntrain: {epochs: 2, optimizer: %s}\n"
    runs = [write(name, rows=ROWS, resolved=config % name) for name in ("Adam", "SGD")]
    found = of(*runs)
    assert "Where the configs differ" in found.text
    assert "train.optimizer" in found.text
    assert [run["name"] for run in found.curves["runs"]] == ["Adam", "SGD"]


def test_a_group_has_its_intervals_and_the_curves_of_all_runs(tmp_path: Path) -> None:
    group = RunDir.create(tmp_path, "net")
    group.write("group.json", json.dumps({"kind": "seeds", "members": {"seed-1": {}, "seed-2": {}, "seed-3": {}}}))
    one = {"mean": 0.5, "sd": 0.1, "low": 0.2, "high": None, "count": 2}
    group.write("summary.json", json.dumps({"kind": "seeds", "runs": {}, "statistics": {"test": {"loss": one}}}))
    for name in ("seed-1", "seed-2"):
        member = group.member(name)
        member.write("resolved.yaml", f"data: iris\nseed: {name[-1]}\n")
        member.write("metrics.csv", ROWS)
    found = of(group)
    assert "test loss" in found.text
    assert "not finite" in found.text
    assert [run["name"] for run in found.curves["runs"]] == ["seed-1", "seed-2"]


def test_a_search_lists_its_trials_the_best_first(tmp_path: Path) -> None:
    search = RunDir.create(tmp_path, "net")
    search.write("journal.jsonl", "")
    search.write(
        "summary.json",
        json.dumps(
            {
                "kind": "search",
                "objective": "val_loss",
                "direction": "min",
                "best": {"run": "trial-003", "score": 0.1},
                "refit": {"refit-1": {"metrics": {"test": {"loss": 0.2}}}},
            }
        ),
    )
    search.write(
        "trials.csv", "trial,status,score,epochs,train.batch_size\n1,done,0.5,2,16\n2,failed,,0,32\n3,done,0.1,2,64\n"
    )
    search.member("trial-003")
    for name in ("trial-001", "trial-003/repeat-1"):
        member = search.member(name)
        member.write("resolved.yaml", "data: iris\n")
        member.write("metrics.csv", ROWS)
    found = of(search)
    assert "A search of 3 trials" in found.text
    assert "The best val_loss: 0.1000, trial-003." in found.text
    assert "test loss\n0.2000" in found.text
    assert re.findall(r"\n(\d)\n(?:done|failed)", found.text) == ["3", "1", "2"]
    assert [run["name"] for run in found.curves["runs"]] == ["trial-003/repeat-1", "trial-001"]
    assert "batch_size" in found.text


def test_colours_have_the_contrast_that_is_asked_for() -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for lines (1.4.3, 1.4.11)."""
    css = resources.files("nntrain.report").joinpath("page.css").read_text()
    blocks = [
        dict(re.findall(r"--([a-z0-9]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]
    assert len(blocks) == 3
    for colours in blocks:
        for name in ("ink", "quiet", "link", "error", "warning", "note"):
            for ground in ("paper", "raised"):
                assert contrast(colours.get(name, "#000000"), colours[ground]) > 4.5, (name, ground)
        assert all(contrast(colours[f"c{number}"], colours["paper"]) > 3 for number in range(8))


def contrast(one: str, other: str) -> float:
    """The ratio of two colours (WCAG 2.2, "contrast ratio" and "relative luminance")."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
