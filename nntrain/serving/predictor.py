"""The thread that computes: it takes the requests that wait, all at once, and answers each."""

import asyncio
import json
import queue
import threading
from dataclasses import dataclass

import numpy as np

from nntrain.evaluation.predictions import Predictions
from nntrain.model.restore import SavedModel
from nntrain.serving.request_rows import Refused, RequestInputs, inputs
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer

MOST_WAITING = 1000


@dataclass(frozen=True)
class _Job:
    body: bytes
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[bytes]"

    def finish(self, found: bytes | Exception) -> None:
        """Hand over the answer, from any thread; a client that has gone needs none."""
        self.loop.call_soon_threadsafe(self._set, found)

    def _set(self, found: bytes | Exception) -> None:
        if self.answer.done():
            return
        if isinstance(found, bytes):
            self.answer.set_result(found)
        else:
            self.answer.set_exception(found)


class Predictor:
    """Computes the answers in one thread.

    joined: whether the rows of waiting requests go through the model in one call. It is faster with many clients, and
    the last bits may then be others than those of `predict`, as a matrix product rounds by the number of its rows.
    Raises NNTrainError where the memory does not hold this many rows.
    """

    def __init__(self, saved: SavedModel, most_rows: int, joined: bool) -> None:
        self.saved, self.most_rows, self.joined = saved, most_rows, joined
        refuse_large_batch(saved.resolved, most_rows)  # once: it builds the layers without values
        self.scorer = Scorer.restored(saved)
        self.answered = 0
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="predict", daemon=True)

    def start(self) -> None:
        """Compile the model, and begin to take requests."""
        self.scorer.outputs(np.zeros((1, *self.saved.resolved.schema.shape), self.saved.dtype))
        self._thread.start()

    def stop(self) -> None:
        """Answer the requests that wait, and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    async def answer(self, body: bytes) -> bytes:
        """Return the answer to a request as JSON; raises Refused."""
        loop = asyncio.get_running_loop()
        job = _Job(body, loop, loop.create_future())
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Refused(503, "too many requests wait", "try again later") from None
        return await job.answer

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs, ended = [job], False
            while not ended and len(jobs) < MOST_WAITING:
                try:
                    another = self._jobs.get_nowait()
                except queue.Empty:
                    break
                ended = another is None
                jobs += [another] if another is not None else []
            self._answer(jobs)
            if ended:
                return

    def _answer(self, jobs: list[_Job]) -> None:
        ready: list[tuple[_Job, RequestInputs]] = []
        for job in jobs:
            if job.answer.cancelled():  # the client has gone, or its time is over
                continue
            try:
                found = inputs(self.saved, job.body, self.most_rows)
                if self.joined:
                    ready.append((job, found))
                else:
                    self._finish(job, found, self.scorer.outputs(found.x))
            except Exception as error:  # noqa: BLE001  # of any type: it is the answer to this request alone
                job.finish(error)
        if ready:
            self._answer_joined(ready)

    def _answer_joined(self, ready: list[tuple[_Job, RequestInputs]]) -> None:
        try:
            outputs = self.scorer.outputs(np.concatenate([found.x for _, found in ready]))
            ends = np.cumsum([len(found.x) for _, found in ready])[:-1]
            for (job, found), part in zip(ready, np.split(outputs, ends), strict=True):
                self._finish(job, found, part)
        except Exception as error:  # noqa: BLE001  # as above
            for job, _ in ready:
                job.finish(error)

    def _finish(self, job: _Job, found: RequestInputs, outputs: np.ndarray) -> None:
        predicted = Predictions.of(self.scorer, outputs)
        rows = [dict(zip(predicted.names, row, strict=True)) for row in predicted.rows()]
        self.answered += 1
        job.finish(json.dumps({"predictions": rows, "notes": list(found.notes)}, allow_nan=False).encode())
