"""The service as an application of FastAPI: `/predict`, `/health`, `/metadata` and `/openapi.json`."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from nntrain import __version__
from nntrain.model.restore import SavedModel, load_model
from nntrain.serving import contract
from nntrain.serving.predictor import Predictor
from nntrain.serving.request_rows import Refused
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

MEGABYTE = 1 << 20
_OPEN = "/health"  # needs no token: what watches a service has none
_THROWN_AWAY = 8  # times the most bytes of a body, up to which one that is too long is read to its end


@dataclass(frozen=True)
class Service:
    """A saved model to serve, and the limits of a request; `token` is what a client must know, if anything."""

    saved: SavedModel
    run: str
    token: str = ""
    most_rows: int = 10_000
    most_bytes: int = 32 * MEGABYTE
    seconds: float = 30.0
    joined: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_run(cls, run_dir: RunDir) -> "Service":
        """Return the service of a run, with its metrics and the hash of its model among the facts."""
        saved = load_model(run_dir)
        sha256 = run_dir.read_json(run_files.MODEL_FACTS, "sha256")["sha256"]
        has_ended = (run_dir.path / run_files.SUMMARY).is_file()
        metrics = run_dir.read_json(run_files.SUMMARY)["metrics"] if has_ended else {}
        return cls(saved, run_dir.path.name, facts={"model_sha256": sha256, "metrics": metrics})


def make(service: Service) -> FastAPI:
    """Return the application, which starts its predictor when it starts."""
    predictor = Predictor(service.saved, service.most_rows, service.joined)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(predictor.start)
        yield
        await asyncio.to_thread(predictor.stop)

    title = f"nntrain: {service.run}"
    app = FastAPI(title=title, version=__version__, docs_url=None, redoc_url=None, lifespan=life)
    app.state.predictor = predictor
    app.middleware("http")(_guard(service))
    app.exception_handler(Refused)(_refusal)
    app.exception_handler(404)(_not_found)
    app.exception_handler(405)(_not_found)
    app.get("/health", summary="Whether the service runs")(_health(predictor))
    app.get("/metadata", summary="What the model takes and predicts")(_metadata(service))
    texts: dict[str, Any] = {"responses": _responses(service), "openapi_extra": _body(service)}
    app.post("/predict", summary="The predictions of rows", response_class=Response, **texts)(
        _predict(service, predictor)
    )
    return app


def _body(service: Service) -> dict[str, Any]:
    schema = contract.request_schema(service.saved, service.most_rows)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _responses(service: Service) -> dict[int | str, dict[str, Any]]:
    answer = {"application/json": {"schema": contract.answer_schema(service.saved)}}
    wrong = {400: "No JSON.", 401: "No token, or a wrong one.", 413: "Too large.", 415: "Another type of content."}
    late = {408: "The body took too long.", 422: "Rows that do not fit the model.", 503: "Too busy."}
    return {200: {"content": answer}, **{code: {"description": text} for code, text in (wrong | late).items()}}


def _health(predictor: Predictor) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def health() -> dict[str, Any]:
        return {"status": "ok", "answered": predictor.answered}

    return health


def _metadata(service: Service) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def metadata() -> dict[str, Any]:
        return contract.metadata(service.saved, service.run, service.facts)

    return metadata


def _predict(service: Service, predictor: Predictor) -> Callable[[Request], Awaitable[Response]]:
    async def predict(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            help = "send the header `Content-Type: application/json`"
            raise Refused(415, "the content is not `application/json`", help)
        try:
            body = await asyncio.wait_for(_read(request, service.most_bytes), service.seconds)
        except TimeoutError:
            raise Refused(408, f"the body did not arrive within {service.seconds:g} seconds") from None
        except ClientDisconnect:
            raise Refused(400, "the body has ended too early") from None
        try:
            found = await asyncio.wait_for(predictor.answer(body), service.seconds)
        except TimeoutError:
            raise Refused(503, f"there was no answer within {service.seconds:g} seconds", "send fewer rows") from None
        return Response(found, media_type="application/json")

    return predict


async def _read(request: Request, most: int) -> bytes:
    """Return the body; raises Refused for one that is too long.

    A client that sends reads no answer, and a connection that is closed meanwhile is an error for it without a word. So
    a body that is not much too long is read to its end and thrown away.
    """
    error = Refused(413, f"the body is larger than {most / MEGABYTE:g} MB", "send fewer rows")
    declared = request.headers.get("content-length", "")
    length = int(declared[:20]) if declared.isdecimal() else 0
    if length > _THROWN_AWAY * most or (length > most and "expect" in request.headers):
        raise error
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _THROWN_AWAY * most:
            raise error
        if size > most:
            parts.clear()
        else:
            parts.append(part)
    if size > most:
        raise error
    return b"".join(parts)


def _guard(service: Service) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if service.token and request.url.path != _OPEN:
            given = request.headers.get("authorization", "").encode(errors="replace")
            if not hmac.compare_digest(given, f"Bearer {service.token}".encode()):
                error = Refused(401, "the token is missing or wrong", "send the header `Authorization: Bearer TOKEN`")
                return _answer(error, {"WWW-Authenticate": "Bearer"})
        return await go_on(request)

    return guard


async def _refusal(_: Request, error: Exception) -> Response:
    return _answer(error if isinstance(error, Refused) else Refused(422, str(error)))


async def _not_found(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    message = f"there is no {request.method} {request.url.path}"
    return _answer(Refused(status, message, "`POST /predict`, `GET /health`, `GET /metadata` and `GET /openapi.json`"))


def _answer(error: Refused, headers: dict[str, str] | None = None) -> JSONResponse:
    close = {"Connection": "close"} if error.status in (408, 413, 415) else {}  # the rest of the body is not read
    return JSONResponse(error.as_json(), error.status, {**(headers or {}), **close})
