"""150 iris flowers, 4 measures in centimetres, 3 species (Fisher 1936); inside the package."""

from importlib.resources import as_file, files

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Schema
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows, Split

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")


class Options(Splittable):
    """150 iris flowers, 4 measures, 3 species; inside the package."""

    @property
    def known_schema(self) -> Schema:
        return Schema(shape=(4,), classes=("setosa", "versicolor", "virginica"), features=FEATURES)


def load(options: Options) -> Rows:
    """x: float32 (150, 4), cm; y: class indices."""
    import numpy as np

    from nntrain.data.csv_records import read_records  # 150 rows take less time than the import of pandas

    with as_file(files("nntrain.data.sources") / "iris.csv") as path:
        flowers = read_records(CsvTable(path))
    x = np.stack([flowers.numbers(name).values for name in FEATURES], axis=1)
    species = flowers.words("species")
    schema = options.known_schema
    y = np.array([schema.classes.index(name) for name in species.names], np.int32)[species.codes]
    return Rows(Split(x, y), schema)
