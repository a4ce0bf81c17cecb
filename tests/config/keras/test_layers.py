from nntrain.config.keras.layers import Layer, walk


def test_layers_inside_repeat_are_walked_once_for_each_time() -> None:
    repeat = Layer.parse({"Repeat": {"times": 2, "layers": [{"Dense": 3}, "ReLU"]}})
    paths = [path for path, _ in walk([repeat])]
    assert paths == 2 * [
        ("model", 0, "Repeat", "layers", 0, "Dense"),
        ("model", 0, "Repeat", "layers", 1, "ReLU"),
    ]
