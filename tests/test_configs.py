"""Every shipped config: its header, that it loads without a warning, and one step on eight rows of its own data."""

import json
import math
import os
import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.named import to_tree
from nntrain.config.search.load import load_whole, search_of
from nntrain.data import dataset
from nntrain.data.examples import Split
from nntrain.data.sources import fashion_mnist, mnist
from nntrain.model.build import build
from nntrain.runs.experiment import resolved_text
from nntrain.training.program_cache import Programs

pytestmark = pytest.mark.quick  # but for the step

REPOSITORY = Path(__file__).parents[1]
SCHEMA = "yaml-language-server: $schema="
CONFIGS = REPOSITORY / "configs"
FOUND = sorted(CONFIGS.rglob("*.yaml"))
COUNT = 79
EXPECTED = {
    "": """
        backprop_exercise backprop_exercise_printed backprop_exercise_transposed fashion_cnn fashion_mlp iris
        iris_realmlp tune_activations tune_batch_or_stochastic tune_fashion_hyperband tune_fashion_tpe tune_iris
        tune_optimizers xor
    """,
    "approximator/": "ten_knots width",
    "depth/": "relu_50_he relu_50_standard_deviation_1",
    "kth/": """
        activation_elu activation_leaky_relu activation_prelu activation_rrelu batch_normalization data_augmentation
        dropout early_stopping ensemble feedforward_2_4_3 gradient_clipping gradient_descent initialization_he
        initialization_variance_scaling initialization_xavier initialization_xavier_relu max_norm optimizer_adagrad
        optimizer_adam optimizer_momentum optimizer_nesterov optimizer_rmsprop overfitting regularization_dropout
        regularization_l1 regularization_l2 regularization_l2_norm regularization_none
    """,
    "optimizers/": "adadelta adagrad adam adamax adamw lion momentum nadam nesterov rmsprop sgd",
    "perceptron/": "and or xor xor_hidden_layer",
    "tor_vergata/": """
        fashion_300_100_100 iris_mlp lenet_relu lenet_sigmoid mnist_keras playground tune_batch_size tune_grid xor
    """,
    "vanishing/": """
        activation all_cures baseline batch_normalization chain gradient_clipping initialization relu_product
        three_sigmoids
    """,
}

_TIME, _METRIC = r"about \d+(\.\d)? (s|min) on 2 CPU cores, ", r"(accuracy|loss|R²|mean absolute error)"
# The score of the command, then what `scripts/measure-configs` found over named seeds.
SCORE = re.compile(
    _TIME + rf"(train|test) {_METRIC} \d+\.\d{{3}}; "
    r"over seeds 1 to [1-9] mean \d+\.\d{3}, standard deviation \d+\.\d{3}"
)
# Of configs that are not measured again yet: the mean and the standard deviation over the seeds 1, 2, …
SCORE_OVER_SEEDS = re.compile(_TIME + rf"test {_METRIC} \d+\.\d{{3}} ± \d+\.\d{{3}} over [1-9]\d* seeds")
SEARCH_SCORE = re.compile(
    _TIME + r"validation (accuracy|loss) \d+\.\d{3} ± \d+\.\d{3} over [1-9]\d* seeds|"
    rf"{_TIME}best validation {_METRIC} \d+\.\d{{3}} of `[^`]+`"
)

EXPLAINED_SCORE = re.compile(
    r"about \d+ s on 2 CPU cores(, loss \d+\.\d+)?, (gradient of dense/(kernel\[0, 0\]|bias\[0\]) -?\d+\.\d+|"
    r"variance of a \d\.\d+ in layer 1, \d\.\d+(e\+\d+)? in layer \d+)"
)
"""Its numbers are looked at in tests/golden/test_explained_configs.py."""

PUBLISHED = {"fashion_mnist": ("fashion-mnist", fashion_mnist.FILES), "mnist": ("mnist", mnist.FILES)}
"""Folder and files of the data sets that are downloaded."""

every_config = pytest.mark.parametrize(
    "file", FOUND, ids=[file.relative_to(CONFIGS).with_suffix("").as_posix() for file in FOUND]
)
SEARCHES = [file for file in FOUND if file.name.startswith("tune_")]


@pytest.fixture(scope="module", autouse=True)
def fashion_data() -> Iterator[None]:
    """Points nntrain to the files of Fashion MNIST beside the repository, where no other place is given."""
    with pytest.MonkeyPatch.context() as patch:
        if not os.environ.get("NNTRAIN_DATA"):
            patch.setenv("NNTRAIN_DATA", str(REPOSITORY.parent / "shared" / "data"))
        yield
    eight.cache_clear()


def refuse_download(source: Source) -> None:
    """Skips where the data of a config would have to be downloaded."""
    folder = Path(os.environ["NNTRAIN_DATA"])
    own, files = PUBLISHED.get(source.called(), ("", {}))
    if not any(all((place / name).is_file() for name in files) for place in (folder / own, folder)):
        pytest.skip(f"the files of `{source.called()}` are not in `{folder}`; set NNTRAIN_DATA to their folder")


@cache
def eight(source: str) -> tuple[Schema, Split]:
    """Eight training rows of a data source, written as JSON so that each source is read once."""
    data = dataset.load(Source.parse(json.loads(source)))
    return data.schema, data.train.take(np.linspace(0, len(data.train) - 1, 8, dtype=int))


def header(file: Path) -> list[str]:
    """The comment lines that begin a config, without their `# `."""
    return [line[2:] for line in takewhile(lambda line: line.startswith("# "), lines(file))]


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_these_are_all_configs() -> None:
    found = {file.relative_to(CONFIGS).with_suffix("").as_posix() for file in FOUND}
    expected = {folder + name for folder, names in EXPECTED.items() for name in names.split()}
    assert (sorted(expected - found), sorted(found - expected)) == ([], []), "missing from configs/, from EXPECTED"
    assert len(FOUND) == COUNT


@every_config
def test_the_header_holds_command_sentence_and_score(file: Path) -> None:
    command, *sentence, score, schema = header(file)
    word, form = ("tune", SEARCH_SCORE) if file in SEARCHES else ("fit", SCORE)
    if command.startswith("nntrain explain "):
        word, form, command = "explain", EXPLAINED_SCORE, command.partition(" --")[0]
    assert command == f"nntrain {word} {file.relative_to(REPOSITORY).as_posix()}"
    assert sentence and sentence[0][0].isupper() and sentence[-1].endswith(".")
    assert form.fullmatch(score) or (word == "fit" and SCORE_OVER_SEEDS.fullmatch(score)), score
    assert (file.parent / schema.removeprefix(SCHEMA)).resolve() == REPOSITORY / "docs" / "nntrain.schema.json"


@every_config
def test_it_is_written_like_the_others(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120
    assert text.endswith("\n") and "\t" not in text and " \n" not in text
    sections = ["seed", "data", "model", "train", *(["tune"] if file in SEARCHES else [])]
    assert list(load(file).document.tree) == sections


@every_config
def test_it_loads_without_a_warning(file: Path) -> None:
    assert load(file).warnings == ()


@pytest.mark.parametrize("file", SEARCHES, ids=[file.stem for file in SEARCHES])
def test_a_search_is_right_and_begins_with_the_values_of_its_config(file: Path) -> None:
    search = search_of(load_whole(file))
    assert search.space.holds(search.space.own)


@pytest.mark.trains
@every_config
def test_one_step_on_eight_rows_and_the_way_back(file: Path, tmp_path: Path, kept_programs: Programs) -> None:
    """Configs of equal graphs share a compiled program, as the trials of a search do."""
    config = load(file)
    source = config.experiment.data
    refuse_download(source)
    schema, rows = eight(json.dumps(to_tree(source)))
    resolved = config.resolve(schema)
    scorer = kept_programs.scorer(resolved, build(resolved, rows.x), rows.x, batch_size=len(rows))
    scorer.program.train(scorer.arrays(rows), np.arange(8, dtype="int32"), 0, 1)
    assert math.isfinite(scorer.program.metrics()["loss"])
    assert all(np.isfinite(weight).all() for weight in scorer.program.model.get_weights())

    again = tmp_path / "resolved.yaml"
    again.write_text(resolved_text(resolved.experiment), encoding="utf-8")
    assert load(again).experiment == resolved.experiment
