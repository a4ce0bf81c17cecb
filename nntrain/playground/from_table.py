"""The playground of a table: two of its numeric columns as x and y, and a column to predict."""

from pathlib import Path
from typing import Any

from nntrain.beginning import table
from nntrain.beginning.facts import Facts
from nntrain.config.messages import listed, shown
from nntrain.errors import DataError
from nntrain.playground.base import Base
from nntrain.playground.settings import Settings

_MOST_CLASSES = 8  # that have a color


def base_of(path: Path, target: str | None) -> Base:
    """Return the base of a table: x and y are the numeric columns with the most different values.

    The last column is predicted where no target is given.

    Raises DataError where it has not two numeric columns beside the target, or more classes than colors, and as the
    data source `table` does; ConfigError for a target that no column has.
    """
    columns = table.columns_of(path)
    [chosen] = table.named_targets(path, columns, [columns[-1] if target is None else target])
    facts = table.look(path, (chosen,), str(path))
    _refuse(path, chosen, facts)
    most = sorted(facts.numeric, key=lambda name: -facts.numeric[name])[:2]
    x, y = (name for name in facts.numeric if name in most)
    options = {name: value for name, value in facts.data["table"].items() if name not in ("columns", "validation")}
    note = f"{path}: `{chosen}` is predicted from two of {listed(tuple(facts.numeric))}"
    note += "" if target is not None else "; `--target COLUMN` names another one"
    return Base(
        settings=Settings(
            kind=None,
            columns=(x, y),
            held_out=0.3,
            batch_size=32,
            optimizer="Adam",
            learning_rate=0.01,
        ),
        tree={"data": {"table": {**options, "test": "none"}}},
        name=path.name,
        columns=tuple(facts.numeric),
        target=chosen,
        featured=True,
        outputs=_outputs(facts),
        notes=(note,),
    )


def _refuse(path: Path, target: str, facts: Facts) -> None:
    """Raise DataError where the table cannot be shown in a plane."""
    numbers = listed(tuple(facts.numeric))
    if len(facts.numeric) < 2:
        has = f"one numeric column, {numbers}," if facts.numeric else "no numeric column"
        message = f"`{path}` has {has} beside the target {shown(target)}, and the playground needs two"
        raise DataError(message, help="give a table with two columns of numbers, or predict another with `--target`")
    if len(facts.classes) > _MOST_CLASSES:
        message = (
            f"the target {shown(target)} has {len(facts.classes):,} classes, and the playground {_MOST_CLASSES} colors"
        )
        raise DataError(message, help="predict another column with `--target`")


def _outputs(facts: Facts) -> tuple[Any, ...]:
    """Return the layers after the hidden ones: probabilities, or numbers in the units of the target."""
    if not facts.classes:
        return {"Dense": {"units": 1}}, "TargetNormalization"
    if len(facts.classes) == 2:
        return ({"Dense": {"units": 1, "activation": "sigmoid"}},)
    return ({"Dense": {"units": len(facts.classes), "activation": "softmax"}},)
