"""Scores, and what they say beside a linear model."""

import pytest

from nntrain.doctor.course import Course, Score


def test_the_standard_error_of_a_score() -> None:
    assert Score(100, 0.9, 0.5).error(is_regression=False) == pytest.approx(0.03)
    assert Score(100, 0.81, 0.0).error(is_regression=True) == pytest.approx(2 * 0.9 * 0.19 / 10)
    assert Score(100, -3.0, 0.0).error(is_regression=True) == 0


@pytest.mark.parametrize(
    ("train", "validation", "below"),
    [
        (Score(96, 0.85, 0.33, 0.97), Score(24, 0.92, 0.33, 1.0), True),  # sure on the training rows alone
        (Score(20, 0.90, 0.33, 1.0), Score(10, 0.90, 0.33, 1.0), False),  # a row or two: chance
        (Score(2000, 0.93, 0.5, 0.97), Score(500, 0.80, 0.5, 0.95), False),  # by less than 0.05 on one split
        (Score(2000, 0.60, 0.5, None), Score(500, 0.60, 0.5, None), False),
        (Score(2000, 0.60, 0.5, None), Score(500, 0.60, 0.5, 0.9), True),
    ],
)
def test_a_training_is_below_a_linear_model_on_every_split_and_by_more_than_chance(
    train: Score, validation: Score, below: bool
) -> None:
    course = Course([{"epoch": 1}], 1, scores={"train": train, "validation": validation})
    assert course.is_below_linear(is_regression=False) is below
    assert not Course([], 1, diverged="loss is NaN", scores=course.scores).is_below_linear(is_regression=False)


@pytest.mark.parametrize(
    ("score", "guess", "guessing"),
    [(0.575, 0.5, True), (0.62, 0.5, False), (0.60, 0.62, True), (0.97, 0.96, False), (0.3, 0.1, False)],
)
def test_a_score_within_two_standard_errors_of_the_majority_class_is_guessing(
    score: float, guess: float, guessing: bool
) -> None:
    course = Course([], 1, scores={"validation": Score(100, score, guess)})
    assert course.is_guessing(is_regression=False) is guessing


def test_training_rows_that_were_learned_make_one_standard_error_enough() -> None:
    known = {"train": Score(900, 0.7, 0.5), "validation": Score(100, 0.575, 0.5)}
    assert not Course([], 1, scores=known).is_guessing(is_regression=False)
    assert Course([], 1, scores={"train": Score(900, 0.015, 0.0)}).is_guessing(is_regression=True)
    assert not Course([], 1, diverged="loss is NaN").is_guessing(is_regression=True)


def test_the_steps_of_a_first_epoch_that_was_cut() -> None:
    assert Course([], 1, stopped="the limit of 2 s is reached in epoch 1, after 32 of 400 steps").first_steps == 32
    assert Course([], 1, stopped="the limit of 2 s is reached").first_steps == 0


def test_probabilities_far_better_than_the_shares_of_the_classes_are_not_guessing_whatever_the_accuracy_is() -> None:
    for explained, guessing in ((None, True), (0.1, True), (0.3, False)):
        score = Score(400, 0.89, 0.88, explained=explained)
        assert Course([], 1, scores={"validation": score}).is_guessing(is_regression=False) is guessing
