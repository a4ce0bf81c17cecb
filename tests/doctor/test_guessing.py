import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from nntrain.config.data_schema import Schema
from nntrain.doctor import guessing
from nntrain.doctor.checkup import case_of
from nntrain.doctor.course import Course, Score


def test_r2_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    y, predicted = random.normal(size=(40, 2)), random.normal(size=(40, 2))
    assert guessing.r2(y, predicted) == pytest.approx(r2_score(y, predicted))


def test_r2_of_what_is_not_finite_is_very_low() -> None:
    assert guessing.r2(np.array([[1.0], [2.0]]), np.array([[np.nan], [2.0]])) == -1e9


def test_the_accuracy_of_weighted_classes_is_balanced() -> None:
    y, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert guessing.accuracy(y, predicted, weighted=False) == 0.75
    assert guessing.accuracy(y, predicted, weighted=True) == pytest.approx(balanced_accuracy_score(y, predicted))


def test_a_linear_model_solves_a_plane_and_the_mean_has_r2_of_0(prepare_compiled) -> None:  # type: ignore[no-untyped-def]
    training = prepare_compiled("data: {toy_2d: reg_plane}\nmodel: [{Dense: 1}]\ntrain: {epochs: 1}\n")
    found = guessing.scores(training.data, training.scorer)
    assert list(found) == ["train", "validation"], "the test split stays out of the way"
    assert found["train"].linear == pytest.approx(1, abs=1e-3)
    assert found["train"].guess == pytest.approx(0, abs=1e-6)
    assert found["validation"].rows == len(training.data.validation)


def test_the_majority_class_is_that_of_the_training_split(prepare_compiled) -> None:  # type: ignore[no-untyped-def]
    training = prepare_compiled("data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\ntrain: {epochs: 1}\n")
    found = guessing.scores(training.data, training.scorer)["validation"]
    largest = np.bincount(training.data.train.y).argmax()
    assert found.guess == (training.data.validation.y == largest).mean()
    train, validation = training.data.train, training.data.validation
    discriminant = LinearDiscriminantAnalysis().fit(train.x, train.y)
    assert found.linear == pytest.approx(discriminant.score(validation.x, validation.y), abs=1 / len(validation))


def test_words_and_gaps_of_a_table_are_encoded_as_for_the_baselines(prepare_compiled, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from nntrain.evaluation.baselines import baselines

    random = np.random.default_rng(0)
    effects = dict(zip(["Rome", "Bari", "Oslo", "Lima", "Cairo"], [400, -300, 100, -200, 0], strict=True))
    lines = ["city,age,price"]
    for city, age in zip(random.choice(list(effects), 400), random.integers(18, 90, 400), strict=True):
        price = effects[city] + 2 * age + random.normal(scale=20)
        lines.append(f"{city},{'' if random.uniform() < 0.1 else age},{price:.2f}")
    (tmp_path / "prices.csv").write_text("\n".join(lines))
    training = prepare_compiled(
        f"data: {{table: {{path: {tmp_path / 'prices.csv'}, target: price}}}}\nmodel: [{{Dense: 1}}]\n"
        "train: {epochs: 1}\n"
    )
    found = guessing.scores(training.data, training.scorer)["validation"]
    by_name = {each.name: each.score for each in baselines(training.data, training.data.validation, 0)}
    assert found.linear == pytest.approx(by_name["linear regression"], abs=0.02) and found.linear > 0.8


def test_the_nearest_rows_know_what_a_line_does_not(prepare_compiled) -> None:  # type: ignore[no-untyped-def]
    net = "data: {toy_2d: {kind: circle, size: 400}}\nmodel: [{Dense: {units: 1, activation: sigmoid}}]\n"
    training = prepare_compiled(f"{net}train: {{epochs: 1}}\n")
    found = guessing.scores(training.data, training.scorer)
    train, validation = training.data.train, training.data.validation
    known = KNeighborsClassifier(round(len(train) ** 0.5)).fit(
        StandardScaler().fit(train.x).transform(train.x), train.y
    )
    expected = known.score(StandardScaler().fit(train.x).transform(validation.x), validation.y)
    assert found["validation"].neighbours == pytest.approx(expected, abs=0.03)
    assert found["validation"].neighbours > found["validation"].linear + 0.2
    assert found["train"].neighbours is None, "a training row is its own nearest one"


@pytest.mark.parametrize(
    ("score", "neighbours", "is_well"),
    [(0.84, 0.83, True), (0.84, 0.95, False), (0.84, None, False), (0.7, 0.7, False), (0.95, 0.99, True)],
)
def test_a_training_is_well_where_simple_models_do_no_better(score: float, neighbours: float, is_well: bool) -> None:
    scores = {"validation": Score(200, score, 0.6, 0.8, neighbours)}
    case = case_of(
        SimpleNamespace(resolved=SimpleNamespace(schema=Schema((2,), ("a", "b")))), Course([], 1, scores=scores)
    )
    assert case.is_well is is_well


@pytest.mark.parametrize(
    ("score", "suspicion"), [(0.62, "warning"), (0.7, "warning"), (0.79, "note"), (None, "warning")]
)
def test_what_often_does_harm_is_a_warning_where_it_may_have_done_it(score: float | None, suspicion: str) -> None:
    scores = {} if score is None else {"validation": Score(200, score, 0.6, 0.8)}
    resolved = SimpleNamespace(schema=Schema((2,), ("a", "b")))
    assert case_of(SimpleNamespace(resolved=resolved), Course([], 1, scores=scores)).suspicion == suspicion
    assert case_of(SimpleNamespace(resolved=resolved)).suspicion == "warning"


def test_simple_models_say_nothing_beside_an_autoencoder(prepare_compiled, tmp_path) -> None:  # type: ignore[no-untyped-def]
    x = np.random.default_rng(0).normal(size=(80, 4)).astype("float32")
    for name, y, known in (("copies", x, False), ("others", x[:, ::-1], True)):
        np.savez(tmp_path / f"{name}.npz", x=x, y=y)
        net = f"data: {{npz_file: {{path: {tmp_path / name}.npz}}}}\nmodel: [{{Dense: 2}}, {{Dense: 4}}]\n"
        training = prepare_compiled(f"{net}train: {{epochs: 1}}\n")
        found = guessing.scores(training.data, training.scorer)["validation"]
        assert (found.linear is not None, found.neighbours is not None) == (known, known)


@pytest.mark.parametrize("classes", [3000, 0], ids=["classes", "targets"])
def test_the_nearest_rows_take_little_memory(classes: int) -> None:
    random = np.random.default_rng(0)
    x, other = random.normal(size=(2000, 4)), random.normal(size=(1000, 4))
    y = random.integers(0, classes, 2000) if classes else random.normal(size=(2000, 3000))
    tracemalloc.start()
    found = guessing._nearest(x, y, classes, other)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.shape == (1000, 3000)
    assert peak < 100e6, "not a value for each class of each of the nearest rows, which is 1 GB"


def test_the_deviance_that_probabilities_explain_is_that_of_mcfadden() -> None:
    y, counts = np.array([0, 0, 0, 1]), np.array([299, 99])
    shares = np.tile([0.75, 0.25], (4, 1))
    assert guessing.explained_deviance(y, shares, counts) == pytest.approx(0)
    better = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    expected = 1 - np.log([0.9, 0.9, 0.9, 0.6]).sum() / np.log([0.75, 0.75, 0.75, 0.25]).sum()
    assert guessing.explained_deviance(y, better, counts) == pytest.approx(expected)
    assert guessing.explained_deviance(y, 2 * better, counts) is None, "scores are no probabilities"
    assert guessing.explained_deviance(y, np.full((4, 2), np.nan), counts) is None


@pytest.mark.parametrize(("explained", "suspicion"), [(None, "warning"), (0.1, "warning"), (0.3, "note")])
def test_what_was_learned_about_a_rare_class_is_no_harm(explained: float | None, suspicion: str) -> None:
    scores = {"validation": Score(320, 0.935, 0.93, explained=explained)}
    resolved = SimpleNamespace(schema=Schema((2,), ("a", "b")))
    assert case_of(SimpleNamespace(resolved=resolved), Course([], 1, scores=scores)).suspicion == suspicion
