"""What bash, zsh and fish complete by the scripts that they get, in the real shells."""

import contextlib
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import _completion_shared

from nntrain.cli import app

CONFIG = "data: iris\nmodel:\n  - Normalization\n  - Dense: {units: 3}\n"
PLACE = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", PLACE)
    monkeypatch.setenv("PYTHONPATH", str(Path(app.__file__).parents[2]))
    monkeypatch.setenv("HOME", str(tmp_path))
    for file in ("iris.yaml", "my net.yaml", "runs/my run/resolved.yaml"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(CONFIG)
    Path("rows.csv").touch()


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


def script(shell: str) -> str:
    """Return what `--show-completion` prints in that shell."""
    return _completion_shared.get_completion_script(prog_name="nntrain", complete_var="_NNTRAIN_COMPLETE", shell=shell)


def in_bash(words: list[str], place: int) -> list[str]:
    """Complete the word at a place by the function that bash gets; behind it is what the function asks of bash."""
    known = " ".join(shlex.quote(shlex.quote(word)) if " " in word else shlex.quote(word) for word in words)
    call = f"COMP_WORDS=({known}); COMP_CWORD={place}; _nntrain_completion nntrain"
    program = f'{script("bash")}\ncompopt() {{ asked="$*"; }}\n{call}\nprintf "%s\\n" "${{COMPREPLY[@]}}" "$asked"'
    return subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()


@needs("bash")
def test_bash_adds_no_space_where_a_path_goes_on_and_knows_an_equals_sign() -> None:
    words = ["nntrain", "fit", "iris.yaml", "--set", "=", "train.ep"]  # as bash takes `--set=train.ep` apart
    assert in_bash(words, 5) == ["train.epochs=", "-o", "nospace"]
    assert in_bash(["nntrain", "eval", "m"], 2) == [r"my\ run", ""]


@needs("fish")
def test_fish_completes_options_with_their_values_and_files() -> None:
    lines = ["pred", "eval m", "fit iris.yaml --set=train.ep", "fit 'my net.yaml' --set model.1.", "eval x --data=ro"]
    calls = "\n".join(f"complete -C {shlex.quote(f'nntrain {line}')}" for line in lines)
    shown = subprocess.run(
        ["fish", "-c", f"{script('fish')}\n{calls}"], capture_output=True, text=True, check=True, timeout=60
    )
    found = [line.split("\t")[0] for line in shown.stdout.splitlines()]
    assert found == ["predict", "my run", "--set=train.epochs=", "model.1.Dense.", "--data=rows.csv"]


class Zsh:
    """A zsh on a terminal of its own. `dump` is bound to Ctrl-X and prints the line as it is."""

    def __init__(self) -> None:
        process, self.terminal = pty.fork()
        if not process:
            os.environ["TERM"] = "dumb"
            os.execvp("zsh", ["zsh", "-f", "-i"])
        begin = "autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste; source script"
        self.type(begin + "; dump() { print -r -- \"@@$BUFFER@@\" }; zle -N dump; bindkey '^X' dump; print RE'A'DY\n")
        self.read_to("READY")

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def read_to(self, pattern: str) -> str:
        """Return what the pattern finds in what is printed. Raises TimeoutError."""
        shown, end = "", time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                shown += os.read(self.terminal, 65536).decode(errors="replace")
                if found := re.search(pattern, shown):
                    return found[found.re.groups]
        raise TimeoutError(shown)

    def completed(self, line: str) -> str:
        self.type(f"\x15{line}\t\x18")
        return self.read_to("@@(.*?)@@")


@contextlib.contextmanager
def zsh() -> Iterator[Zsh]:
    Path("script").write_text(script("zsh"))
    shell = Zsh()
    try:
        yield shell
    finally:
        os.close(shell.terminal)


@needs("zsh")
def test_zsh_completes_as_bash_does() -> None:
    with zsh() as shell:
        assert shell.completed("nntrain eval m") == r"nntrain eval my\ run "
        assert shell.completed("nntrain fit iris.yaml --set=train.ep") == "nntrain fit iris.yaml --set=train.epochs="
        assert shell.completed("nntrain eval x --data ro") == "nntrain eval x --data rows.csv "


@needs("zsh")
def test_the_file_that_is_installed_for_zsh_completes_the_first_word() -> None:
    Path("place").mkdir()
    Path("place/_nntrain").write_text(script("zsh"))
    Path("script").write_text("")
    with zsh() as shell:
        shell.type("fpath+=($PWD/place); compinit -u -D; print RE'A'DY\n")
        shell.read_to("READY")
        assert shell.completed("nntrain pred") == "nntrain predict "
