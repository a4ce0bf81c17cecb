"""The signature of `__init__` as the options of a class in a config."""

import contextlib
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Field, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema
from pydantic.fields import FieldInfo

from nntrain.config.keras.activations import ActivationName
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.messages import got, number_help, problem
from nntrain.config.named import Named
from nntrain.config.plugin import PluginFile
from nntrain.config.value_types import Number, omitted
from nntrain.plugins.place import Place

_FAMILIES: dict[str, type[Named]] = {"initializer": Initializer, "regularizer": Regularizer, "constraint": Constraint}
_PLAIN: dict[Any, tuple[Any, str]] = {
    int: (int, "a whole number"),
    float: (Number, "a number"),
    bool: (bool, "`true` or `false`"),
    str: (str, "text"),
    type(None): (None, "`null`"),
}
_SUPPORTED = "`int`, `float`, `bool`, `str`, `Literal[...]`, `list[...]`, `dict[str, ...]` or an `Initializer` of Keras"
Anything = Annotated[Any, WithJsonSchema({})]


class _Unsupported(Exception):
    """A type whose values a config cannot hold."""


@dataclass
class Signature:
    """The options of a class: their types and defaults by name. `is_open`: whether it takes those of its Keras base."""

    types: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    is_open: bool = True

    @classmethod
    def of(cls, own: type[Any], base: type[Named], file: PluginFile) -> "Signature":
        """Return the arguments of `__init__`, and while it takes `**kwargs` those of the classes above it.

        Raises ConfigError at an argument that cannot be an option.
        """
        found = cls()
        required: list[str] = []
        for owner in _initialized(own):
            found._add(owner, base, Place(file, owner.__name__), required)
            if not found.is_open:
                break
        if len(required) == 1:
            found.defaults["shorthand"] = required[0]
        return found

    def _add(self, owner: type[Any], base: type[Named], place: Place, required: list[str]) -> None:
        parameters = list(inspect.signature(vars(owner)["__init__"]).parameters.values())[1:]
        hints = _hints(owner, place)
        for parameter in parameters:
            at = Place(place.file, place.owner, parameter.name)
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
                message = f"`{parameter.name}` of `{owner.__name__}` cannot be given by its name, as a config does"
                raise at.error(message, "write it as `name`, without `*` or `/`")
            if parameter.kind is not parameter.VAR_KEYWORD and parameter.name not in self.types:
                _refuse_name(parameter.name, owner, base, at)
                self._option(parameter, hints.get(parameter.name, parameter.empty), base, at)
                if parameter.default is parameter.empty:
                    required.append(parameter.name)
        self.is_open = any(each.kind is each.VAR_KEYWORD for each in parameters)

    def _option(self, parameter: inspect.Parameter, hint: Any, base: type[Named], at: Place) -> None:
        name, default = parameter.name, parameter.default
        try:
            kind = _without_hint(name, default, base) if hint is parameter.empty else _kind(hint)
        except _Unsupported as error:
            message = f"`{name}` of `{at.owner}` has the type `{error}`, which a config cannot hold"
            raise at.error(message, f"use {_SUPPORTED}") from None
        self.types[name] = kind
        words = f"An argument of `{at.owner}`, in {at.file.name}."
        if default is parameter.empty:
            self.defaults[name] = Field(description=words)
        else:
            plain = default if isinstance(default, (bool, int, float, str)) and not _is_family(kind) else omitted
            self.defaults[name] = Field(default=plain, description=words)


def _initialized(own: type[Any]) -> Iterator[type[Any]]:
    """Yield the class and those above it that have an `__init__` of their own, below Keras's classes."""
    for owner in own.__mro__:
        if owner.__module__.startswith(("keras.", "nntrain.")) or owner is object:
            return
        if "__init__" in vars(owner):
            yield owner


def _hints(owner: type[Any], place: Place) -> dict[str, Any]:
    try:
        return get_type_hints(vars(owner)["__init__"], include_extras=True)
    except (NameError, TypeError) as error:
        message = f"a type in `{owner.__name__}.__init__` is unknown: {error}"
        raise place.error(message, "import it, or correct it") from None


def _refuse_name(name: str, owner: type[Any], base: type[Named], at: Place) -> None:
    taken = name not in base.model_fields and (hasattr(base, name) or name.startswith(("_", "model_")))
    if taken:
        message = f"`{name}` of `{owner.__name__}` cannot be the name of an option"
        raise at.error(message, f"give it another name, such as `{name.strip('_')}_value`")


def _without_hint(name: str, default: Any, base: type[Named]) -> Any:
    """Return the type of an argument without one: that of Keras's argument of this name, or of its default."""
    if (known := base.model_fields.get(name)) is not None:
        return _type_of(known)
    if name == "activation":
        return ActivationName
    if (family := _FAMILIES.get(name.rpartition("_")[2])) is not None:
        return family
    if type(default) is int:
        return _either([int, float])
    return _PLAIN[type(default)][0] if type(default) in (bool, float, str) else Anything


def _type_of(known: FieldInfo) -> Any:
    return Annotated[(known.annotation, *known.metadata)] if known.metadata else known.annotation


def _kind(hint: Any) -> Any:
    """Return the type of an option for the type of an argument; raises _Unsupported for one that YAML cannot hold."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any or origin is Literal:
        return Anything if hint is Any else hint
    if hint in _PLAIN:
        return _PLAIN[hint][0]
    if origin is Annotated:
        return Annotated[(_kind(parts[0]), *parts[1:])] if not _is_validated(parts) else hint
    if origin in (Union, types.UnionType):
        return _either(list(parts))
    if hint in (list, tuple, dict) or origin in (list, tuple, dict):
        return _collection(origin or hint, parts)
    return _family(hint)


def _is_validated(parts: tuple[Any, ...]) -> bool:
    return any(isinstance(part, PlainValidator) for part in parts[1:])


def _collection(kind: Any, parts: tuple[Any, ...]) -> Any:
    if kind is list:
        return list[_kind(parts[0]) if parts else Anything]  # type: ignore[misc]
    if kind is dict:
        if parts and parts[0] is not str:
            raise _Unsupported(f"dict[{_shown(parts[0])}, ...]")
        return dict[str, _kind(parts[1]) if parts else Anything]  # type: ignore[misc]
    items = tuple(part if part is ... else _kind(part) for part in parts) or (Anything, ...)
    return Annotated[tuple[items], Field(strict=False)]  # type: ignore[valid-type]  # YAML has lists


def _either(parts: list[Any]) -> Any:
    """Return a union; one of several types has one message for all of them."""
    kinds = {part: _kind(part) for part in parts}
    if families := [kind for kind in kinds.values() if _is_family(kind)]:  # a text is a name in it
        return families[0]
    if len(kinds) == 2 and type(None) in kinds:
        return next(kind for part, kind in kinds.items() if part is not type(None)) | None
    return _one_of([part for part in kinds if part is not int or float not in kinds], kinds)


def _one_of(shown: list[Any], kinds: dict[Any, Any]) -> Any:
    """Return the type of a value that is of the first kind that takes it; `shown` are those that a message names."""
    adapters = {
        part: TypeAdapter(kind, config={"strict": True, "allow_inf_nan": False}) for part, kind in kinds.items()
    }
    words = " or ".join(dict.fromkeys(_PLAIN[part][1] if part in _PLAIN else f"`{_shown(part)}`" for part in shown))

    def validated(value: Any) -> Any:
        for adapter in adapters.values():
            with contextlib.suppress(ValidationError):
                return adapter.validate_python(value)
        help = number_help(value) if words == "a number" else f"write {words}"
        raise problem(f"expected {words}, got {got(value)}", help)

    schemas = [adapters[part].json_schema() for part in shown]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return Annotated[Any, PlainValidator(validated), WithJsonSchema(schema)]


def _family(hint: Any) -> Any:
    import keras

    bases = {
        keras.initializers.Initializer: Initializer,
        keras.regularizers.Regularizer: Regularizer,
        keras.constraints.Constraint: Constraint,
    }
    for base, family in bases.items():
        if isinstance(hint, type) and issubclass(hint, base):
            return family
    raise _Unsupported(_shown(hint))


def _is_family(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Named)


def _shown(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint).replace("typing.", "")
