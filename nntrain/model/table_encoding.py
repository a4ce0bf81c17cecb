"""The first layer of a model of a table: its numbers and codes of categories as numbers that a network learns from."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.data.row_file import Examples
from nntrain.model.column_statistics import SortedColumn, columns
from nntrain.model.table_layout import TableLayout

HALVINGS = 10
LEVELS = 2**HALVINGS + 1
"""The quantiles that `scaling: quantile` keeps of a column: as many as ten halvings of an interval tell apart."""
NEAREST = 1e-7
"""The least distance of a quantile from 0 and 1 before it is made normal, as in scikit-learn's QuantileTransformer."""


@keras.saving.register_keras_serializable("nntrain")
class TableEncoding(keras.layers.Layer):
    """Numbers scaled, missing values filled, categories one-hot or as learned embeddings; `adapt` fits it.

    `sizes` has a number for each column: 0 for a number, k for the codes 0 to k - 1 of a category; without it all are
    numbers. NaN is a missing value, another code an unseen category. `missing_columns` are the places of the columns
    with missing values in training. The output has, in this order,

    * the numbers: a missing one is the median of the training split. `standard` is (x - mean) / deviation. `robust` is
      f(s (x - median)) with s = 1 / (q75 - q25), or 2 / (max - min) where that is 0, and the smooth clipping
      f(x) = x / √(1 + (x / 3)²) (RealMLP: Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491). `quantile` is the
      share of the training values below x, as it is (`uniform`) or as the quantile of a normal distribution (`normal`).
      A constant column is 0;
    * with `missing="indicator"`, for each of `missing_columns` a 1 where the value is missing;
    * a column of -1 and 1 for each category of two values, and a column a value for each other one of at most `onehot`
      values. Where the category is missing or unseen they are 0;
    * for each larger category a learned embedding. A missing one has its own where it was seen in training, an unseen
      one has the mean of those that were seen.

    Shapes: (batch, columns) to (batch, width).
    """

    erfinv = staticmethod(ops.erfinv)  # of which exports have one that other runtimes know

    def __init__(
        self,
        scaling: str = "standard",
        distribution: str = "normal",
        missing: str = "indicator",
        onehot: int = 9,
        embedding_dim: int = 8,
        embeddings_initializer: Any = None,
        embeddings_regularizer: Any = None,
        sizes: Sequence[int] = (),
        missing_columns: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.scaling = scaling
        self.distribution = distribution
        self.missing = missing
        self.onehot = onehot
        self.embedding_dim = embedding_dim
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer or normal)
        self.embeddings_regularizer = keras.regularizers.get(embeddings_regularizer)
        self.sizes = tuple(sizes)
        self.missing_columns = tuple(missing_columns)

    def layout(self, columns: int) -> TableLayout:
        """Return where the columns of the input go."""
        marked = self.missing_columns if self.missing == "indicator" else ()
        return TableLayout(self.sizes or (0,) * columns, self.onehot, marked)

    def build(self, input_shape: Any) -> None:
        """Create the statistics, which are not trained, and the embeddings."""
        if len(input_shape) != 2:
            raise ValueError("it takes the rows of a table")
        if len(self.sizes or range(input_shape[-1])) != input_shape[-1]:
            raise ValueError(f"it is for {len(self.sizes)} columns")
        self._layout = layout = self.layout(input_shape[-1])
        self.fill = self._statistic("fill", len(layout.numbers))
        self.center = self._statistic("center", len(layout.numbers))
        self.factor = self._statistic("factor", len(layout.numbers))
        ranked = len(layout.numbers) if self.scaling == "quantile" else 0
        self.quantiles = self._statistic("quantiles", ranked, LEVELS)
        self.seen = self._statistic("seen", sum(layout.sizes))
        if layout.embedded:
            self.embeddings = self.add_weight(
                name="embeddings",
                shape=(layout.starts[-1], self.embedding_dim),
                initializer=self.embeddings_initializer,
                regularizer=self.embeddings_regularizer,
            )

    def _statistic(self, name: str, *shape: int) -> Any:
        """Return a weight that is not trained; None without columns, as no file holds an empty one."""
        if not shape[0]:
            return None
        return self.add_weight(name=name, shape=shape, initializer="zeros", trainable=False)

    def adapt(self, x: Examples) -> None:
        """Fit the statistics to the training split: (n, columns) float32, in memory or on the disk."""
        if not self.built:
            self.build((None, x.shape[1]))
        numbers: list[tuple[float, float, float]] = []
        quantiles, seen = [], [np.zeros(0, bool)]
        for size, cells in zip(self._layout.sizes, columns(x), strict=True):
            if size:
                codes = cells[(cells >= 0) & (cells < size)].astype(np.int64)
                seen.append(np.bincount(codes, minlength=size) > 0)
                continue
            column = SortedColumn.of(cells)
            numbers.append((column.quantile(0.5), *self._center_and_factor(column)))
            if self.quantiles is not None:
                quantiles.append(column.quantiles(np.linspace(0, 1, LEVELS)))
        fill, center, factor = zip(*numbers, strict=True) if numbers else ((), (), ())
        pairs = ((self.fill, fill), (self.center, center), (self.factor, factor), (self.quantiles, quantiles))
        for weight, values in (*pairs, (self.seen, np.concatenate(seen))):
            if weight is not None:
                weight.assign(np.array(values, "float32"))

    def _center_and_factor(self, column: SortedColumn) -> tuple[float, float]:
        """Return what is taken from a number and what the difference is multiplied by, which is 0 for a constant."""
        if column.is_constant:
            return 0.0, 0.0
        if self.scaling == "robust":
            between = column.quantile(0.75) - column.quantile(0.25)
            return column.quantile(0.5), 1 / between if between else 2 / column.range
        return (column.mean, 1 / column.deviation) if self.scaling == "standard" else (0.0, 1.0)

    def call(self, inputs: Any) -> Any:
        """Return the encoded rows: (batch, width)."""
        x, layout = ops.cast(inputs, self.compute_dtype), self._layout
        parts = []
        if layout.numbers:
            parts.append(self._numbers(_columns(x, layout.numbers)))
        if layout.indicators:
            parts.append(ops.cast(ops.isnan(_columns(x, layout.indicators)), x.dtype))
        if layout.pairs:
            parts.append(self._pairs(_columns(x, layout.pairs)))
        if layout.expanded:
            parts.append(self._expanded(_columns(x, layout.expanded)))
        if layout.embedded:
            parts.append(self._embedded(_columns(x, layout.embedded)))
        return ops.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    def _numbers(self, x: Any) -> Any:
        """Return the scaled numbers: (batch, numbers)."""
        x = ops.where(ops.isnan(x), self.fill, x)
        if self.scaling == "quantile":
            return self._ranked(x) * self.factor
        scaled = (x - self.center) * self.factor
        return scaled / ops.sqrt(1 + ops.square(scaled / 3)) if self.scaling == "robust" else scaled

    def _ranked(self, x: Any) -> Any:
        """Return the share of the training values below each number, or the normal quantile of that share.

        Of the shares at which a value that is repeated stands, it has the middle one, as in scikit-learn.
        """
        share = (self._share(x, ops.less_equal) + self._share(x, ops.less)) / 2
        if self.distribution == "uniform":
            return share
        inside = ops.clip(share, NEAREST, 1 - NEAREST)
        return self.erfinv(2 * inside - 1) * np.float32(np.sqrt(2))

    def _share(self, x: Any, before: Any) -> Any:
        """Return the place of each number between its two quantiles, which are found by halving; from 0 to 1."""
        table = ops.reshape(self.quantiles, (-1,))
        row = LEVELS * np.arange(len(self._layout.numbers), dtype="int32")
        low = ops.zeros_like(x, dtype="int32")  # the last quantile that is known to stand before x
        for step in (2**power for power in reversed(range(HALVINGS))):
            passed = before(ops.take(table, row + low + step), x)
            low = low + step * ops.cast(passed, "int32")
        start, end = ops.take(table, row + low), ops.take(table, row + ops.minimum(low + 1, LEVELS - 1))
        part = (x - start) / ops.where(end > start, end - start, 1.0)
        return (ops.cast(low, x.dtype) + ops.clip(part, 0.0, 1.0)) / (LEVELS - 1)

    def _pairs(self, codes: Any) -> Any:
        """Return 1 for the code 1, -1 for 0, and 0 for a value that was never seen: (batch, pairs)."""
        seen = ops.reshape(ops.take(self.seen, self._layout.codes(self._layout.pairs)), (-1, 2))
        first, second = (ops.cast(codes == code, codes.dtype) * seen[:, code] for code in (0, 1))
        return second - first

    def _expanded(self, codes: Any) -> Any:
        """Return the one-hot columns of all categories side by side: (batch, Σ values)."""
        places = list(dict.fromkeys(self._layout.expanded))
        values = np.concatenate([np.arange(size) for size in self._layout.sizes_of(places)]).astype("float32")
        seen = ops.take(self.seen, self._layout.codes(places))
        return ops.cast(codes == values, codes.dtype) * seen

    def _embedded(self, codes: Any) -> Any:
        """Return the embeddings of all categories side by side: (batch, categories · embedding_dim)."""
        layout = self._layout
        sizes, starts = layout.sizes_of(layout.embedded), np.array(layout.starts, "int32")
        known = ops.logical_and(codes >= 0, codes < sizes.astype("float32"))
        code = ops.cast(ops.where(known, codes, 0.0), "int32")
        first = np.cumsum(layout.sizes, dtype="int32")[layout.embedded] - sizes
        known = ops.logical_and(known, ops.take(self.seen, code + first) > 0)
        unseen = starts[-1] + np.arange(len(sizes), dtype="int32")
        marked = np.isin(layout.embedded, layout.marked)
        missing = ops.logical_and(ops.isnan(codes), marked)
        rows = ops.where(missing, starts[1:] - 1, ops.where(known, code + starts[:-1], unseen))
        table = ops.concatenate([ops.convert_to_tensor(self.embeddings), self._means()], axis=0)
        # The product makes the gradient a plain tensor, which every optimizer and every program adds up alike.
        return ops.reshape(ops.take(table * 1.0, rows, axis=0), (-1, len(sizes) * self.embedding_dim))

    def _means(self) -> Any:
        """Return the mean embedding of the values of each category that were seen: (categories, embedding_dim)."""
        layout, means = self._layout, []
        table = ops.stop_gradient(ops.convert_to_tensor(self.embeddings))
        for place, start in zip(layout.embedded, layout.starts, strict=False):
            size, first = layout.sizes[place], sum(layout.sizes[:place])
            seen = self.seen[first : first + size]
            total = ops.sum(table[start : start + size] * seen[:, None], axis=0)
            means.append(total / ops.maximum(ops.sum(seen), 1.0))
        return ops.stack(means)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int]:
        """Return (batch, width)."""
        return input_shape[0], self.layout(input_shape[-1]).width(self.embedding_dim)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        plain = ("scaling", "distribution", "missing", "onehot", "embedding_dim", "sizes", "missing_columns")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in plain},
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": keras.regularizers.serialize(self.embeddings_regularizer),
        }


def _columns(x: Any, places: list[int]) -> Any:
    """Return these columns of the rows, in this order."""
    return x if places == list(range(x.shape[1])) else ops.take(x, np.array(places, "int32"), axis=1)
