"""`nntrain init`: what it writes, asks and refuses."""

import gzip
import io
import json
from pathlib import Path
from typing import get_type_hints

import pytest

from nntrain.cli.commands import init
from nntrain.cli.requests import Init
from nntrain.config import json_schema
from nntrain.config.data import Source
from nntrain.config.load import load
from nntrain.errors import ConfigError, DataError, NNTrainError
from nntrain.terminal import Terminal

TABLE = "size,colour,bought\n" + "".join(f"{r % 5},{'ab'[r % 2]},{'yes' if r % 3 else 'no'}\n" for r in range(30))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(TABLE)


class Keys(io.StringIO):
    """What a user types on a terminal."""

    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, text: str, **options: object) -> str:
    """What is printed on stderr when a user at a terminal types this."""
    err = Keys()
    monkeypatch.setattr("sys.stdin", Keys(text))
    monkeypatch.setattr("sys.stderr", err)
    Init(**options).run(Terminal(quiet=True))
    return err.getvalue()


def refused(kind: type[NNTrainError] = ConfigError, **options: object) -> tuple[str, str]:
    """The message and the help of the error; nothing is written."""
    before = sorted(Path.cwd().rglob("*"))
    with pytest.raises(kind) as caught:
        Init(**options).run(Terminal(quiet=True))
    assert sorted(Path.cwd().rglob("*")) == before
    return caught.value.problems[0].message, caught.value.problems[0].help


def test_it_writes_a_config_named_as_the_file_and_says_what_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    Init(file="shop.csv", target=["bought"]).run(Terminal(quiet=True))
    assert load("shop.yaml", ()).warnings == ()
    assert capsys.readouterr().out.splitlines() == [
        "shop.yaml is written, by the template `mlp`",
        "  nntrain data shop.yaml  # shows what is in the data",
        "  nntrain fit shop.yaml  # trains it",
        "  nntrain eval shop --baselines  # compares it with simple models",
        "  nntrain check shop.yaml --build  # shows columns and layers",
    ]


def test_an_editor_finds_the_schema_beside_the_config(capsys: pytest.CaptureFixture[str]) -> None:
    schema = Path("nntrain.schema.json")
    schema.write_text(json_schema.text().replace("activation", "of another version"))
    Init(file="iris").run(Terminal())
    assert json_schema.line(schema.name) in Path("iris.yaml").read_text().splitlines()
    assert schema.read_text() == json_schema.text()
    assert capsys.readouterr().err.endswith("nntrain.schema.json lets an editor complete and check it\n")


WITH_PLUGIN = f'{{"title": "{json_schema.TITLE} with my_layers.py"}}'


@pytest.mark.parametrize(("content", "named"), [("{}", False), ("[", False), (None, False), (WITH_PLUGIN, True)])
def test_another_file_that_is_called_as_the_schema_stays(content: str | None, named: bool) -> None:
    schema = Path("nntrain.schema.json")
    schema.mkdir() if content is None else schema.write_text(content)
    Init(file="iris").run(Terminal(quiet=True))
    assert schema.is_dir() or schema.read_text() == content
    assert ("yaml-language-server" in Path("iris.yaml").read_text()) == named


def test_the_config_is_named_as_the_data() -> None:
    Path("shop.2024.csv.gz").write_bytes(gzip.compress(TABLE.encode()))
    Init(file="shop.2024.csv.gz", target=["bought"]).run(Terminal(quiet=True))
    assert load("shop.2024.yaml", ()).document.tree["data"]["table"]["path"] == "shop.2024.csv.gz"


def test_the_path_in_the_config_is_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    Init(file="shop.csv", target=["bought"], output=Path("configs/net.yaml")).run(Terminal(quiet=True))
    config = load("configs/net.yaml", ())
    assert config.document.tree["data"]["table"]["path"] == "../shop.csv"
    assert Path(config.experiment.data.path).samefile("shop.csv")


def test_json_says_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    Init(file="iris", template="linear", json=True).run(Terminal(as_json=True))
    event = json.loads(capsys.readouterr().out)
    assert (event["config"], event["template"], event["next"][1]) == ("iris.yaml", "linear", "nntrain fit iris.yaml")


def test_nothing_is_overwritten_and_the_next_free_name_is_shown() -> None:
    Path("shop.yaml").write_text("mine")
    Path("shop-2.yaml").write_text("mine")
    found = refused(file="shop.csv", target=["bought"])
    assert found == ("`shop.yaml` exists, and is not overwritten", "write `-o shop-3.yaml`")
    with pytest.raises(ConfigError) as caught:
        Init(file="shop.csv").run(Terminal(quiet=True))
    messages = [problem.message for problem in caught.value.problems]
    assert messages == [found[0], "which column of `shop.csv` to predict is not given"]
    assert Path("shop.yaml").read_text() == "mine"


def test_a_terminal_is_asked_for_data_target_and_template(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = typed(monkeypatch, "shop.csv\n3\nlinear\n")
    assert "fashion_mnist" in printed
    assert "colour" in printed
    assert "cnn" not in printed.partition("the column to predict")[2]
    assert load("shop.yaml", ()).document.tree["data"]["table"]["target"] == "bought"


def test_a_terminal_is_not_asked_for_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(monkeypatch, "", file="shop.csv", target=["bought"], template="linear") == ""


@pytest.mark.parametrize(
    ("options", "message", "help"),
    [
        ({}, "there is no file to begin with", "write `nntrain init data.csv`, or one of `iris`"),
        ({"file": "shop.csv"}, "which column of `shop.csv` to predict is not given", "write `--target bought`"),
        ({"file": "shop.csv", "target": ["bougt"]}, "there is no column `bougt` in `shop.csv`", "`--target bought`"),
        ({"file": "iris", "target": ["x"]}, "`--target` is for a table", "remove it"),
        ({"file": "iris", "task": "counts"}, "`--task` is for a table", "remove it"),
        ({"file": "iris", "labels": Path("a.csv")}, "`--labels` is for a folder of images", "remove it"),
        ({"file": "shop.csv", "labels": Path("a.csv")}, "`--labels` is for a folder of images", "remove it"),
        ({"file": "iris", "template": "mpl"}, "there is no template `mpl`", "write `--template mlp`"),
        ({"file": "iris", "template": "cnn"}, "these data have no template `cnn`", "write one of `linear`, `mlp`"),
        ({"file": "iris", "output": Path("none/a.yaml")}, "there is no folder `none`", "make it"),
        ({"file": "iris", "output": Path("iris")}, "the config `iris` is not named as YAML", "write `-o iris.yaml`"),
    ],
)
def test_a_wrong_command_line_gets_the_line_that_works(options: dict[str, object], message: str, help: str) -> None:
    found = refused(**options)
    assert found[0].startswith(message)
    assert help in found[1]


@pytest.mark.parametrize(
    ("file", "message", "help"),
    [
        ("shp.csv", "there is no file `shp.csv`", "write `shop.csv`"),
        ("irs", "there is no file `irs`", "write `iris`"),
        ("shp", "there is no file `shp`", "write `shop.csv`"),
        ("cifar10", "there is no file `cifar10`", Source.absent["cifar10"]),
        ("https://x.org/a.csv", "there is no file `https://x.org/a.csv`", "download it, and give the path of the file"),
    ],
)
def test_a_file_that_is_not_there_gets_the_nearest_name(file: str, message: str, help: str) -> None:
    assert refused(DataError, file=file) == (message, help)


def test_arrays_are_left_to_the_reader() -> None:
    Path("x.npz").write_bytes(b"")
    assert "npz_file" in refused(file="x.npz")[1]


def test_every_template_says_what_it_is_and_is_named_in_the_help() -> None:
    help = get_type_hints(Init, include_extras=True)["template"].__metadata__[0].help
    assert [name for name, about in init.templates().items() if not about or name not in help] == []
