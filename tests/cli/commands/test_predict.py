"""`nntrain predict`: CSV on stdout, or in a file."""

import io
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nntrain.cli.requests import Predict
from nntrain.errors import ConfigError, DataError
from nntrain.terminal import Terminal

ROWS = "id,x,y\n1,0.5,0.5\n2,1,-1\n"


@pytest.fixture
def predict(trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Predicts `rows.csv`, with the options given, and returns what is printed on stdout and on stderr."""
    run = trained("moons")
    (tmp_path / "rows.csv").write_text(ROWS)
    capsys.readouterr()

    def predicted(**options: Any) -> Any:
        request = Predict(**{"name": str(run), "file": tmp_path / "rows.csv", "device": "cpu", **options})
        request.run(Terminal(as_json=request.json, quiet=request.quiet))
        return capsys.readouterr()

    return predicted


def test_predict_writes_to_stdout_or_to_a_file_and_says_where(predict: Any, trained: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    printed = predict(name="moons", runs_dir=trained("moons").path.parent)
    assert printed.out.splitlines()[0] == "class,probability_negative,probability_positive"
    ignored = (
        f"note: `{tmp_path / 'rows.csv'}` has columns that the training rows do not have, which are ignored: `id`\n"
    )
    assert len(printed.out.splitlines()) == 3 and printed.err == ignored
    written = predict(runs_dir=Path("nowhere"), output=out)
    assert out.read_text() == printed.out and written.out == ""
    assert written.err == f"{ignored}the predictions of 2 rows are in {out}\n"
    assert predict(output=out, quiet=True).err == ""
    assert predict(output=Path("-")).out == printed.out


def test_the_columns_of_the_file_are_kept(predict: Any) -> None:
    plain, kept = predict().out.splitlines(), predict(with_input=True).out.splitlines()
    assert kept == [f"{row},{prediction}" for row, prediction in zip(ROWS.splitlines(), plain, strict=True)]


def test_rows_are_read_from_stdin(predict: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ROWS.encode())))
    assert predict(file=Path("-"), with_input=True).out == predict(with_input=True).out


def test_with_json_every_row_is_an_event_or_the_file_is(predict: Any, tmp_path: Path) -> None:
    events = [json.loads(line) for line in predict(json=True, with_input=True).out.splitlines()]
    assert [event["event"] for event in events] == ["prediction"] * 2
    assert [event["row"]["id"] for event in events] == ["1", "2"]
    row = events[0]["row"]
    assert row["probability_negative"] + row["probability_positive"] == pytest.approx(1)
    event = json.loads(predict(json=True, output=tmp_path / "out.csv").out)
    assert (event["event"], event["file"], event["rows"]) == ("predict", str(tmp_path / "out.csv"), 2)


@pytest.mark.parametrize(
    ("output", "message"),
    [(".", "is a folder"), ("none/out.csv", "there is no folder"), ("rows.csv", "is the file to read")],
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_computed(
    output: str, message: str, predict: Any, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        predict(output=tmp_path / output)
    assert (tmp_path / "rows.csv").read_text() == ROWS


def test_an_image_from_stdin_is_called_by_the_dash(
    fit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    for name, grey in (("dark", 10), ("light", 240)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(10):
            Image.new("L", (4, 4), grey + number).save(tmp_path / "images" / name / f"{number}.png")
    images = f"image_folder: {{path: {tmp_path / 'images'}, color_mode: grayscale}}"
    run = fit(f"data: {{{images}}}\nmodel: [Flatten]\ntrain: {{epochs: 1}}\n")
    capsys.readouterr()
    content = (tmp_path / "images/dark/0.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    Predict(name=str(run), file=Path("-"), device="cpu").run(Terminal())
    assert capsys.readouterr().out.splitlines()[1].startswith("-,")
    (tmp_path / "images" / "clip.mp4").touch()
    Predict(name=str(run), file=tmp_path / "images", device="cpu").run(Terminal())
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 21
    assert printed.err.startswith(f"note: 1 file left out of `{tmp_path / 'images'}`: 1 `.mp4`; images have the suff")


def test_a_terminal_gets_no_escape_sequence_but_a_pipe_gets_the_names_as_they_are(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, rows = tmp_path / "run", tmp_path / "rows.csv"
    rows.write_text("x,y\n0.5,0.5\n")
    shutil.copytree(trained("moons").path, run)
    facts = run / "model.json"
    facts.write_text(facts.read_text().replace('"negative"', '"\\u001b[31mred"'))
    capsys.readouterr()
    request = Predict(name=str(run), runs_dir=Path("nowhere"), file=rows, device="cpu")
    request.run(Terminal())
    assert "class,probability_\x1b[31mred,probability_positive\n" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    request.run(Terminal())
    assert "class,probability_\\x1b[31mred,probability_positive\n" in capsys.readouterr().out


def test_the_format_follows_the_suffix_and_rows_may_be_json_lines(predict: Any, tmp_path: Path) -> None:
    plain = predict(with_input=True).out.splitlines()
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "1", "x": 0.5, "y": 0.5}\n{"y": -1, "x": 1, "id": "2"}\n')
    predict(file=rows, output=tmp_path / "out.jsonl", top=1)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [list(row) for row in found] == [["class", "class_1", "probability_1"]] * 2
    assert [row["class"] for row in found] == [line.split(",")[3] for line in plain[1:]]
    printed = predict(file=rows, format="jsonl", with_input=True).out.splitlines()
    assert [json.loads(line)["id"] for line in printed] == ["1", "2"]


def test_parquet_needs_a_file(predict: Any) -> None:
    with pytest.raises(ConfigError, match="Parquet is not written to the standard output"):
        predict(format="parquet")


def test_a_fault_leaves_no_file(predict: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("x,y\n1,old\n")
    with pytest.raises(DataError):
        predict(file=tmp_path / "bad.csv", output=tmp_path / "out.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "rows.csv"]
