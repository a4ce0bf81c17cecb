from nntrain.doctor.finding import Finding, worst_first


def test_causes_come_before_symptoms_and_notes_come_last() -> None:
    symptom = Finding("error", "bad", symptom=True)
    warning, error, note = (Finding(severity, "a") for severity in ("warning", "error", "note"))
    assert worst_first([note, symptom, warning, error]) == [error, warning, symptom, note]


def test_of_one_severity_the_heavier_comes_first() -> None:
    light, heavy = Finding("warning", "a", weight=1), Finding("warning", "b", weight=2)
    assert worst_first([light, heavy]) == [heavy, light]


def test_a_finding_is_printed_with_its_place_and_its_cure() -> None:
    found = Finding(
        "warning", "high", ("train", "epochs"), {"a": 1.0}, ("train.epochs=5",), disease="short", help="wait"
    )
    assert found.lines() == ["warning: short: high (train.epochs)", "  --set 'train.epochs=5'", "  help: wait"]
    assert found.as_json() == {
        "disease": "short",
        "severity": "warning",
        "path": "train.epochs",
        "message": "high",
        "evidence": {"a": 1.0},
        "set": ["train.epochs=5"],
        "help": "wait",
    }
