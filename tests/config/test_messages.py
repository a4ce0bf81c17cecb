from nntrain.config.messages import close_names, counted, listed, shown


def test_close_names_offers_all_that_hold_the_name_when_none_is_very_near() -> None:
    names = ["BatchNormalization", "LayerNormalization", "Dense"]
    assert close_names("normaliz", names) == "write `BatchNormalization` or `LayerNormalization`"
    assert close_names("Dens", names) == "write `Dense`"
    assert close_names("xyz", names) == ""


def test_values_are_shown_as_yaml_shows_them() -> None:
    values = {
        "`3`": 3,
        "`true`": True,
        "nothing": None,
        "`.nan`": float("nan"),
        "`-.inf`": -float("inf"),
        "`1e-05`": 1e-5,
        "`[1, a]`": [1, "a"],
        "`{a: null}`": {"a": None},
        "an empty list": [],
        "an empty mapping": {},
        "a list of 100": list(range(100)),
        f"`{'x' * 57}...`": "x" * 70,
    }
    assert {shown(value): value for value in values.values()}.keys() == values.keys()


def test_one_of_a_kind_is_not_many() -> None:
    assert [counted(count, "trial") for count in (0, 1, 2, 1200)] == ["0 trials", "1 trial", "2 trials", "1,200 trials"]


def test_a_listed_name_stays_on_its_line() -> None:
    assert listed(["a\nb", "c"]) == "`a\\nb`, `c`"
