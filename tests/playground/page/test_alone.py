"""The page that trains by itself: its JavaScript has the losses of `fit`, epoch by epoch, and the same config."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.playground import compose, spread
from nntrain.playground.base import Base
from nntrain.playground.from_table import base_of
from nntrain.playground.page.alone import SCRIPTS, page
from nntrain.playground.settings import Settings
from nntrain.report import sealed

EPOCHS = 12
WITHOUT_DOM = ("features.js", "points.js", *SCRIPTS)
RUN = """
const begin = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8")), found = {};
engine.start(view => { found.view = view; }, begin);
for (const seed of begin.spread.seeds) {
  engine.restart({...begin.settings, seed});
  for (let epoch = 0; epoch < begin.spread.epochs; epoch++) engine.epoch();
  found[seed] = found.view.rows;
  if (seed === begin.settings.seed) found.said = engine.compared();
}
found.orders = [[0, 1, 7], [2147483647, 99999, 500]].map(words => epochOrder(...words));
engine.restart({...begin.settings, seed: 1000003, held_out: 0.4});
engine.epoch();
const whole = found.view, steps = [];
engine.restart({...begin.settings, seed: 1000003, held_out: 0.4});
while (found.view.epoch === 0) {
  engine.step();
  steps.push([found.view.step, ...(found.view.inside.at(-1) ?? [])]);
}
found.same = JSON.stringify([whole.rows, whole.pictures]) === JSON.stringify([found.view.rows, found.view.pictures]);
if (whole.steps > 1) engine.step();
engine.look(0);
const {view, ...rest} = found, count = whole.steps;
Promise.all([engine.yaml(3, 0), engine.yaml(3, 1)]).then(([yaml, inside]) =>
  console.log(JSON.stringify({
    ...rest, yaml, inside, count, steps, shown: [view.shown, view.step], other: whole.rows[0]
  })));
"""

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")


def trained_in_javascript(base: Base, folder: Path) -> dict[str, Any]:
    """What the scripts of the written page find, by seed the rows of all epochs, run by Node.js."""
    text = page(base, spread.data_of(base), spread.spread_of(base))
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    [begin] = re.findall(r'<script type="application/json" id="begin">(.*?)</script>', text)
    wanted = [each for each in scripts if any(each == source(name) for name in WITHOUT_DOM)]
    assert len(wanted) == len(WITHOUT_DOM)
    (folder / "run.js").write_text("\n".join([*wanted, RUN]))
    (folder / "begin.json").write_text(begin)
    done = subprocess.run(["node", "run.js", "begin.json"], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "spread": json.loads(begin)["spread"]}


def source(name: str) -> str:
    return sealed.asset("nntrain.playground.page", name)


def table(folder: Path) -> Path:
    path = folder / "t.csv"
    lines = (
        f"{'' if row % 6 == 0 else row % 31},{row * 1.5 % 17:.2f},{1000 + 50 * (row % 13)},{'abc'[row % 3]}"
        for row in range(80)
    )
    path.write_text("\n".join(["age,fare,price,kind", *lines, ""]))
    return path


POINTS = {
    "tanh": {"hidden": (4, 2), "features": ("x", "y")},
    "relu": {"activation": "relu", "optimizer": "Adam", "learning_rate": 0.02, "regularizer": "L2", "kind": "xor"},
    "elu": {"activation": "elu", "optimizer": "RMSprop", "learning_rate": 0.01, "regularizer": "L1", "kind": "spiral"},
    "silu": {"activation": "silu", "kind": "reg_gauss", "features": ("x2", "xy", "sin_y"), "learning_rate": 0.003},
    "sigmoid": {"activation": "sigmoid", "kind": "gauss", "hidden": (3,), "batch_size": 64, "held_out": 0.2},
    "linear": {"activation": "linear", "kind": "reg_plane", "hidden": ()},
    "leaky_relu": {"activation": "leaky_relu", "kind": "xor", "optimizer": "SGD", "momentum": 0.9},
    "selu": {"activation": "selu", "optimizer": "RMSprop", "learning_rate": 0.003, "momentum": 0.5},
    "softplus": {"activation": "softplus", "optimizer": "Adam", "learning_rate": 0.02},
    "softsign": {"activation": "softsign", "optimizer": "SGD", "kind": "spiral", "momentum": 0.8},
}
OPTIONS = {  # of the optimizer
    "selu": {"rho": 0.8, "epsilon": 1e-5},
    "softplus": {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-4},
    "softsign": {"nesterov": True},
}


@needs_node
@pytest.mark.trains
@pytest.mark.parametrize("name", [*POINTS, "classes", "numbers"])
def test_javascript_trains_as_nntrain_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(spread, "EPOCHS", EPOCHS)
    monkeypatch.setattr(spread, "SEEDS", 2)
    if name in POINTS:
        settings = Settings.model_validate({"size": 80, "regularization": 0.003, **POINTS[name]})
        base = Base(settings, optimizer=(settings.optimizer, OPTIONS[name]) if name in OPTIONS else None)
    else:
        base = base_of(table(tmp_path), "kind" if name == "classes" else "price")
    found = trained_in_javascript(base, tmp_path)
    for place, seed in enumerate(found["spread"]["seeds"]):
        rows = found[str(seed)]
        assert [row[0] for row in rows] == list(range(1, EPOCHS + 1))
        wanted = [found["spread"][key][place] for key in ("losses", "val_losses")]
        assert rows[-1][1:3] == pytest.approx(wanted, rel=2e-3), (seed, rows[-1])
    assert found["said"].endswith("both within 1 % of these ranges.")
    for (seed, epoch, count), order in zip([(0, 1, 7), (2**31 - 1, 99999, 500)], found["orders"], strict=True):
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))
        assert order == generator.permutation(count).tolist()
    assert found["shown"] == [0, 0] and all(np.isfinite(found["other"]))
    assert found["same"]  # an epoch by its steps is an epoch
    assert [step[0] for step in found["steps"]] == [*range(1, found["count"]), 0]
    assert len({step[2] for step in found["steps"][:-1]}) == max(found["count"] - 1, 0)  # the loss moves with each
    settings = base.settings.model_copy(update={"seed": 1000003, "held_out": 0.4})
    (tmp_path / "copied.yaml").write_text(found["yaml"])
    copied, own = load("copied.yaml").experiment, compose.config(base, settings, 3).experiment
    assert copied == own
    assert (
        f"\n  steps: {3 * found['count'] + 1}\n" in found["inside"]
        and "epochs" not in found["inside"].split("train:")[1]
    )


def test_what_javascript_does_not_train_is_refused() -> None:
    for base, message in (
        (Base(fixed_model=True), "layers other than"),
        (Base(scheduled=True), "a schedule"),
        (Base(fixed_split=True), "a split that is no share"),
        (Base(tree={"train": {"loss": "hinge"}}), "`loss`"),
        (Base(optimizer=("SGD", {"momentum": 0.9, "clipnorm": 1.0})), "`clipnorm` of `SGD`"),
        (Base(optimizer=("Lion", {})), "the optimizer `Lion`"),
        (Base(Settings(activation="gelu")), "the activation `gelu`"),
        (Base(outputs=({"Dense": {"units": 1, "activation": "tanh"}},)), "another output layer"),
    ):
        with pytest.raises(ConfigError, match=message):
            spread.refuse_other_parts(base)
    spread.refuse_other_parts(Base())


def test_a_table_of_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "MOST_ROWS", 50)
    with pytest.raises(ConfigError, match="has 80 rows, and a page that trains by itself holds 50"):
        spread.data_of(base_of(table(tmp_path), "kind"))
