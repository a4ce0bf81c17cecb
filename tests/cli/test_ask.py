import io

import pytest

from nntrain.cli.ask import chosen, one_of
from nntrain.errors import ConfigError

CHOICES = {"mlp": "a small one", "2": "a name that is a number"}


def test_a_choice_is_made_by_its_name_or_its_number() -> None:
    assert [chosen(answer, CHOICES) for answer in ("mlp", "1", "2", "3", "0", "x")] == ["mlp", "mlp", "2", "", "", ""]


def test_it_asks_again_until_the_answer_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("mpl\n1\n"))
    assert one_of("the template", CHOICES, "mlp") == "mlp"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "there is no `mpl`; write `mlp`" in printed.err


def test_the_default_is_taken_and_another_answer_where_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\nmy.csv\n"))
    assert one_of("the data", CHOICES, "mlp") == "mlp"
    assert one_of("the data", CHOICES, "mlp", other=True) == "my.csv"


def test_the_end_of_the_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(ConfigError, match="nobody answered"):
        one_of("the template", CHOICES, "mlp")
