"""Activation functions by Keras's identifiers."""

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from nntrain.config.messages import close_names, got, problem

ACTIVATIONS = {
    "linear": "x",
    "relu": "max(0, x)",
    "leaky_relu": "x where x > 0, else 0.2 x; the layer `LeakyReLU` takes the slope",
    "elu": "x where x > 0, else e^x - 1",
    "selu": "a scaled ELU that keeps mean 0 and variance 1 (with `lecun_normal`)",
    "gelu": "x Φ(x)",
    "silu": "x σ(x), also called swish",
    "swish": "x σ(x), also called silu",
    "mish": "x tanh(softplus(x))",
    "relu6": "min(max(0, x), 6)",
    "sigmoid": "σ(x) = 1 / (1 + e^-x)",
    "hard_sigmoid": "a piecewise linear sigmoid",
    "tanh": "hyperbolic tangent",
    "softplus": "log(1 + e^x)",
    "softsign": "x / (1 + |x|)",
    "softmax": "e^x / Σ e^x over the units",
    "log_softmax": "log of softmax",
    "exponential": "e^x",
}

OUTPUT_ACTIVATIONS = ("linear", "sigmoid", "softmax")
"""The activations that make a last layer the output layer."""


_NOTHING = ("None", "none", "Null", "identity", "no")


def _activation(value: Any) -> str:
    if isinstance(value, str) and value in ACTIVATIONS:
        return value
    if value is None or value in _NOTHING:
        raise problem(f"an activation is a name, got {got(value)}", "write `linear`")
    if not isinstance(value, str):
        raise problem(f"an activation is a name, got {got(value)}", "write `relu`, or use a layer such as `LeakyReLU`")
    help = close_names(value, ACTIVATIONS) or "`nntrain list activations` shows them all"
    raise problem(f"unknown activation `{value}`", help)


ActivationName = Annotated[str, PlainValidator(_activation), WithJsonSchema({"enum": list(ACTIVATIONS)})]
