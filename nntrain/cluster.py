from nntrain.errors import NNTrainError


class LostWorker(NNTrainError):
    """A worker is gone."""

    @classmethod
    def because(cls, text: str) -> "LostWorker":
        return cls(f"lost: {text}")
