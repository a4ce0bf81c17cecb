"""The Keras classes of nntrain, registered: after `import nntrain.keras`, plain Keras loads every `model.keras`.

    import keras
    import nntrain.keras

    model = keras.models.load_model("runs/net/model.keras")

Keras knows each of them as `nntrain>Name`. They are also here to build models of one's own: `nntrain.keras.RReLU`.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # Keras reads it when it is imported, which the next lines do

from nntrain.model.custom import (  # noqa: E402
    ClassShares,
    DecisionThreshold,
    Ensemble,
    FeatureScale,
    Heaviside,
    L2Norm,
    LogLink,
    NTKDense,
    ParametricActivation,
    PeriodicEmbedding,
    PlaneFeatures,
    RandomCrop,
    RReLU,
    TableEncoding,
    TargetNormalization,
    Values,
)

__all__ = [
    "ClassShares",
    "DecisionThreshold",
    "Ensemble",
    "FeatureScale",
    "Heaviside",
    "L2Norm",
    "LogLink",
    "NTKDense",
    "ParametricActivation",
    "PeriodicEmbedding",
    "PlaneFeatures",
    "RReLU",
    "RandomCrop",
    "TableEncoding",
    "TargetNormalization",
    "Values",
]
