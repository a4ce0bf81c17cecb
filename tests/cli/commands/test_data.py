"""`nntrain data`: what is printed, and which files and options it refuses."""

import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Data
from nntrain.errors import ConfigError, DataError
from nntrain.terminal import Terminal

ROWS = "age,town,side\n" + "".join(f"{20 + row},{'Bonn' if row % 3 else 'Ulm'},{'ab'[row % 2]}\n" for row in range(30))


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "rows.csv").write_text(ROWS)
    return str(tmp_path / "rows.csv")


def test_columns_and_classes_are_printed(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Data(name=file, target=["side"]).run(Terminal())
    printed = capsys.readouterr()
    lines = [line.split() for line in printed.out.splitlines()]
    assert printed.out.startswith(f"{file}: a table of 3 columns, 30 rows, all different\n")
    assert lines[4][:11] == ["town", "category", "texts", "that", "rows", "share", "2", "Bonn", "20,", "Ulm", "10"]
    assert ["a", "15", "50.0%"] in lines and printed.err == ""


def test_json_and_plot(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Data(name=file, plot=tmp_path / "page.png").run(Terminal(as_json=True))
    event = json.loads(capsys.readouterr().out)
    assert (event["event"], event["rows"], event["columns"][0]["high"]) == ("data", 30, 49)
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_what_would_stop_a_training_is_a_warning_of_the_command(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(file).write_text(ROWS + "old,Ulm,a\n")
    Data(name=file, target=["age"]).run(Terminal())
    error = capsys.readouterr().err
    assert error.startswith(f"warning: column `age` is `old`, which is not a number\n  --> {file}:32:1\n")


def test_what_gives_the_target_away_is_a_warning(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ROWS.splitlines()
    Path(file).write_text("\n".join([lines[0] + ",also", *(line + "," + line[-1].upper() for line in lines[1:])]))
    Data(name=file, target=["side"]).run(Terminal())
    printed = capsys.readouterr()
    assert printed.err == "warning: `also` alone determines the target: is it known when you predict?\n"
    assert "category (gives the target away)" in printed.out
    lines = ["a,b,k", *("1,x,no", "2,y,yes") * 15]
    Path(file).write_text("\n".join(lines) + "\n")
    Data(name=file, target=["k"]).run(Terminal())
    warning = "warning: each of `a`, `b` alone determines the target: is it known when you predict?\n"
    assert capsys.readouterr().err == warning


def test_a_config_prints_its_splits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.yaml").write_text("data: iris\nmodel: [Flatten]\n")
    Data(name=str(tmp_path / "net.yaml"), assignments=["data.iris.test=none"]).run(Terminal())
    printed = capsys.readouterr().out
    assert ["class", "rows", "share", "train", "validation"] in [line.split() for line in printed.splitlines()]


def test_a_target_that_is_not_there_gets_the_option_that_works(file: str) -> None:
    with pytest.raises(DataError) as caught:
        Data(name=file, target=["sid"]).run(Terminal())
    assert str(caught.value) == f"error: there is no column `sid` in `{file}`\n help: write `--target side`"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "."}, "`--target` names a column of a table; only tables have columns"),
        ({"name": "net.yaml"}, "`--target` names a column of a table; the config names its target"),
        ({"name": "rows.csv", "assignments": ["a=1"]}, "`--set` sets values of a config, and this is none"),
        ({"name": "rows.csv", "plot": Path("rows.csv")}, "`rows.csv` is the file to read"),
    ],
)
def test_options_that_do_not_belong_to_the_file_are_refused(
    options: dict[str, object], message: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.yaml").write_text("data: iris\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        Data(**{"target": ["side"], **options}).run(Terminal())  # type: ignore[arg-type]


def test_a_file_that_is_not_there_gets_the_nearest_name(file: str) -> None:
    with pytest.raises(DataError) as caught:
        Data(name=file.replace("rows", "row")).run(Terminal())
    assert caught.value.problems[0].help == f"write `{file}`"
