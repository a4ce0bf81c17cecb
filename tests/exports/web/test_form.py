from typing import Any

import pytest

from nntrain.config.table import Column
from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import same_data
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.web.form import _column, form


def form_of(run: Any) -> dict[str, Any]:
    return form(ExportedRun.of(run, same_data(run)))


def test_a_table_has_a_field_for_each_column(people: Any) -> None:
    age, income, city, smoker, since = form_of(people)["fields"]
    assert age["kind"] == "numeric" and 18 <= age["low"] < age["start"] < age["high"] <= 77 and age["optional"]
    assert income["low"] > 900
    assert city["kind"] == "category" and len(city["choices"]) == 13 and 0 <= city["start"] < 13
    assert smoker == {"name": "smoker", "kind": "boolean", "optional": True, "choices": ["no", "yes"], "start": 1}
    assert since["kind"] == "date" and not since["hours"] and since["start"][:5] == "2024-"


def test_images_have_a_pad_and_arrays_have_fields(digits: Any, trained: Any) -> None:
    assert form_of(digits) == {"image": {"low": 0.0, "high": 255.0}}
    x, y = form_of(trained("plane"))["fields"]
    assert (x["name"], y["name"], x["optional"]) == ("x", "y", False)


def test_many_numbers_are_a_list(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.exports.web.form.MOST_FIELDS", 1)
    subject = ExportedRun.of(trained("plane"), same_data(trained("plane")))
    subject = ExportedRun(
        subject.run_dir, type(subject.saved)(subject.saved.resolved, subject.saved.model, "float32", None), subject.data
    )
    assert len(form(subject)["start"]) == 2


def test_a_date_that_the_page_cannot_read_is_refused() -> None:
    import numpy as np

    column = Column(name="when", kind="date", format="%d.%m.%Y %I %p")
    with pytest.raises(ConfigError, match="`html` cannot read `%I` in dates, of the column `when`"):
        _column(column, np.zeros((3, 8)), True)
    hours = Column(name="when", kind="date", format="%Y-%m-%d %H:%M")
    assert _column(hours, np.array([[2020.0, 3, 0], [2022, 3, 0]]), False)["start"] == "2021-03-01T12:00"
