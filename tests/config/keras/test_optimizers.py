from nntrain.config.keras.optimizers import CosineDecay, Optimizer


def test_a_learning_rate_is_a_number_or_a_schedule() -> None:
    schedule = {"CosineDecay": {"initial_learning_rate": 0, "decay_steps": 10}}
    found = Optimizer.parse({"Adam": {"learning_rate": schedule}})
    assert found.learning_rate == CosineDecay(initial_learning_rate=0.0, decay_steps=10)
