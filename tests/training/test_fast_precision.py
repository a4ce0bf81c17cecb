"""Who is told that bfloat16 would be faster: those with a large model and such a machine, who have not chosen."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.training import fast_precision

LARGE = "data: iris\nmodel: [{Dense: 1500}, {Dense: 1500}, {Dense: 3}]\n"
SMALL = "data: iris\nmodel: [{Dense: 8}, {Dense: 3}]\n"


@pytest.fixture
def note(prepare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The note on a config, on a processor with these flags."""

    def found(text: str, flags: str) -> str:
        info = tmp_path / "cpuinfo"
        info.write_text(f"flags : fpu {flags} sse\n")
        monkeypatch.setattr(fast_precision, "_INFO", info)
        prepared = prepare(text).prepared
        return fast_precision.note(prepared.config, prepared.resolved, len(prepared.data.train))

    return found


def test_only_a_large_model_on_such_a_processor_is_told(note: Any) -> None:
    assert "`--set train.precision=mixed_bfloat16`" in note(LARGE, "amx_bf16")
    assert note(LARGE, "avx512f") == ""
    assert note(SMALL, "amx_bf16") == ""
    assert note(LARGE + "train: {precision: float32}\n", "amx_bf16") == ""


def test_auto_is_float32_in_what_is_resolved(prepare: Any) -> None:
    assert prepare(SMALL).prepared.resolved.train.precision == "float32"
