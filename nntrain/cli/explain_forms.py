"""The forms of `nntrain explain`, and the options of each."""

from nntrain.cli.requests import Explain
from nntrain.errors import ConfigError

_OPTIONS = {
    "--expr": ("at", "rate", "steps"),
    "--gradients": ("config", "assignments", "batch", "steps"),
    "--optimizer": ("config", "assignments", "start", "given"),
    "": ("config", "assignments", "example", "batch", "check", "mode", "compare"),
}
_ALL = sorted({name for names in _OPTIONS.values() for name in names})
_WRITTEN = {"config": "CONFIG", "assignments": "--set"}


def refuse_mixed(request: Explain) -> None:
    """Raise ConfigError for two forms at once, for options of another form, and where something is missing."""
    chosen = {"--expr": request.expressions, "--gradients": request.gradients, "--optimizer": request.optimizer}
    forms = [form for form, value in chosen.items() if value]
    if len(forms) > 1:
        raise ConfigError(f"`{forms[0]}` and `{forms[1]}` exclude each other", help="use one of the two")
    form = forms[0] if forms else ""
    if form != "--expr" and request.config is None:
        help = "write `nntrain explain configs/iris.yaml`, or `nntrain explain --expr 'x**2' --at x=1`"
        raise ConfigError("there is nothing to explain", help=help)
    for name in _ALL:
        if name not in _OPTIONS[form] and getattr(request, name) != getattr(Explain, name):
            raise ConfigError(_message(name, form), help=f"leave `{_written(name)}` out{_home_of(name)}")
    if form == "--expr" and (request.rate is None) != (request.steps == 0):
        given, missing = ("steps", "rate 0.1") if request.rate is None else ("rate", "steps 20")
        raise ConfigError(f"`--{given}` needs `--{missing.partition(' ')[0]}`", help=f"add `--{missing}`")
    if form == "--optimizer" and request.given is None:
        raise ConfigError("`--optimizer` needs gradients", help="add `--given 1,0.5,-0.2`")


def _message(name: str, form: str) -> str:
    if form:
        return f"`{form}` and `{_written(name)}` exclude each other"
    return f"`{_written(name)}` needs {' or '.join(f'`{each}`' for each in _homes(name))}"


def _home_of(name: str) -> str:
    homes = _homes(name)
    return f", or add `{homes[-1]}`" if homes and name not in _OPTIONS[""] else ""


def _homes(name: str) -> list[str]:
    return [form for form, names in _OPTIONS.items() if form and name in names]


def _written(name: str) -> str:
    return _WRITTEN.get(name, f"--{name}")
