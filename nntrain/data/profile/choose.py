"""The profile of what is given: the data of a config, a folder of images, arrays or a table."""

from dataclasses import replace
from pathlib import Path

from nntrain.config.load import Config, with_lines
from nntrain.data.dataset import Dataset, load_data
from nntrain.data.profile.arrays import parts_of, profile_npz, profile_splits
from nntrain.data.profile.images import profile_folder
from nntrain.data.profile.profile import Profile
from nntrain.data.profile.tables import profile_file, profile_table
from nntrain.data.sources import table
from nntrain.errors import DataError


def profile_config(config: Config) -> Profile:
    """Return what is in the data. Of a table what would stop a training is among the problems.

    Raises DataError for a file that cannot be read, and for any fault in data of another source.
    """
    source = config.experiment.data
    if not isinstance(source, table.Options):
        data = load_data(config)
        return _with_messages(profile_splits(source.called(), data.splits, data.schema), data)
    found = profile_table(table.request_of(source))
    try:
        data = load_data(config)
    except DataError as error:
        return replace(found, problems=tuple(with_lines(config.document, error.problems)))
    parts = tuple(parts_of(data.splits, data.schema.classes))
    return _with_messages(replace(found, splits=parts, problems=(), warnings=(), notes=()), data)


def profile_path(path: Path, targets: tuple[str, ...]) -> Profile:
    """Return what is in a folder of images, an npz file or a table; targets: columns of a table. Raises DataError."""
    if path.is_dir():
        return profile_folder(path)
    return profile_npz(path) if path.suffix == ".npz" else profile_file(path, targets)


def _with_messages(found: Profile, data: Dataset) -> Profile:
    """Return the profile with what `fit` says about the data: rows in two splits, constant columns."""
    return replace(found, warnings=tuple(warning.message for warning in data.warnings), notes=data.notes)
