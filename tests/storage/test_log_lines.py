import re
from pathlib import Path

from nntrain.storage.log_lines import LogLine, LogLines, parsed, written
from nntrain.storage.run_dir import RunDir


def test_every_text_has_the_time_when_it_was_printed(tmp_path: Path) -> None:
    log = LogLines()
    log.append("a note")
    log.append("a table\nof two lines")
    run = RunDir(tmp_path)
    run.write_log(log)
    first, second, third = (tmp_path / "log.txt").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  a note", first)
    assert second.endswith("Z  a table") and third == "of two lines"
    assert run.read_log() == ["a note", "a table", "of two lines"]


def test_a_log_that_is_read_keeps_its_times() -> None:
    content = "2026-01-02T03:04:05Z  old\nfrom a version without times\n"
    log = LogLines()
    log.extend(parsed(content))
    log[:0] = parsed("first\n")
    assert log == ["first", "old", "from a version without times"]
    assert written(log) == f"first\n{content}"
    assert isinstance(log[1], LogLine) and log[1].time == "2026-01-02T03:04:05Z"
