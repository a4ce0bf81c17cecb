import asyncio
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.evaluation.predict import predict
from nntrain.model.restore import load_model
from tests.conftest import Trained

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")
pytest.importorskip("httpx2", reason="Starlette's test client needs httpx2")

from jsonschema import Draft202012Validator  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from nntrain.serving import app  # noqa: E402
from nntrain.serving.predictor import Predictor  # noqa: E402
from nntrain.serving.request_rows import Refused  # noqa: E402

NAMES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
ROW = dict(zip(NAMES, (5.1, 3.5, 1.4, 0.2), strict=True))
FLOWERS = [
    dict(zip(NAMES, np.round(row, 3).tolist(), strict=True)) for row in np.random.default_rng(1).uniform(0, 8, (40, 4))
]


@pytest.fixture(scope="module")
def service(trained: Trained) -> app.Service:
    return app.Service(load_model(trained("iris")), "iris", most_rows=100, most_bytes=1 << 20, facts={"metrics": {}})


@pytest.fixture(scope="module")
def client(service: app.Service) -> Iterator[TestClient]:
    with TestClient(app.make(service)) as client:
        yield client


def refused(client: TestClient, rows: Any) -> tuple[int, str]:
    """The status and the message for rows, as Python values or as the text of a body."""
    body = rows if isinstance(rows, (str, bytes)) else json.dumps({"rows": rows})
    answer = client.post("/predict", content=body, headers={"content-type": "application/json"})
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("count", [1, 7, 40])
def test_the_numbers_are_those_of_predict_to_the_bit(
    client: TestClient, trained: Trained, tmp_path: Path, count: int
) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in FLOWERS[:count]))
    found = predict(trained("iris"), tmp_path / "rows.jsonl")
    answer = client.post("/predict", json={"rows": FLOWERS[:count]}).json()
    assert answer["predictions"] == [dict(zip(found.names, row, strict=True)) for row in found.rows()]


def test_many_requests_at_once_have_the_answers_of_single_ones(client: TestClient, service: app.Service) -> None:
    def ask(index: int) -> Any:
        return client.post("/predict", json={"rows": FLOWERS[: 1 + index % 5]}).json()

    alone = [ask(index) for index in range(5)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(40))) == [alone[index % 5] for index in range(40)]
    with TestClient(app.make(replace(service, joined=True))) as client_of_joined:
        joined = client_of_joined.post("/predict", json={"rows": FLOWERS[:1]}).json()
    assert joined == alone[0]


def test_waiting_requests_are_answered_together_and_before_the_end(service: app.Service) -> None:
    async def all_of(predictor: Predictor) -> list[bytes]:
        bodies = [json.dumps({"rows": FLOWERS[: 1 + index]}).encode() for index in range(9)]
        answers = [asyncio.ensure_future(predictor.answer(body)) for body in [*bodies, b"{"]]
        await asyncio.sleep(0)
        stopping = threading.Thread(target=predictor.stop)
        predictor.start()
        stopping.start()
        *found, wrong = await asyncio.gather(*answers, return_exceptions=True)
        stopping.join()
        assert isinstance(wrong, Refused) and wrong.status == 400
        return found  # type: ignore[return-value]

    apart, joined = (asyncio.run(all_of(Predictor(service.saved, 100, together))) for together in (False, True))
    assert [len(json.loads(answer)["predictions"]) for answer in apart] == list(range(1, 10))
    for one, other in zip(apart, joined, strict=True):
        pairs = zip(json.loads(one)["predictions"], json.loads(other)["predictions"], strict=True)
        assert all(
            first[name] == pytest.approx(second[name], rel=1e-5) for first, second in pairs for name in list(first)[1:]
        )


@pytest.mark.parametrize(
    ("rows", "status", "message"),
    [
        ("{", 400, "the body is not JSON: Expecting property name"),
        (b"\xff\xfe{", 400, "the body is not JSON: "),
        ("", 400, "the body is not JSON: "),
        ('{"rows": [{"sepal_length": NaN}]}', 400, "the body is not JSON: `NaN` is not a number of JSON"),
        ('{"rows": [], "rows": []}', 400, "the body is not JSON: a key stands twice"),
        ("[" * 100_000, 400, "the JSON is nested too deeply"),
        ("[1]", 422, "the body is not an object with a list `rows`"),
        ('{"row": []}', 422, "the body is not an object with a list `rows`"),
        ([], 422, "there are no rows"),
        ([[1, 2, 3, 4]], 422, "row 1 is no object, got `[1, 2, 3, 4]`"),
        ([ROW, {}], 422, "row 2 lacks the columns `sepal_length`, `sepal_width`, `petal_length`, `petal_width`"),
        ([{**ROW, "colour": 1}], 422, "row 1 has the column `colour`, which the training rows do not have"),
        ([{**ROW, "\ud800": 1}], 422, "row 1 has the column `\\ud800`, which the training rows do not have"),
        ([{**ROW, "petal_width": "wide"}], 422, ""),
        ([{**ROW, "petal_width": [1]}], 422, "row 1: the value of `petal_width` is nested"),
        ([{**ROW, "petal_width": None}], 422, "`request` has 1 row with missing cells, in `petal_width`"),
        ('{"rows": [' + json.dumps(ROW).replace("0.2", "1e999") + "]}", 422, "row 1: "),
        ([ROW] * 101, 413, "the request has 101 rows, and at most 100 are allowed"),
        ("1" * (1 << 20) + "1", 413, "the body is larger than 1 MB"),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(client: TestClient, rows: Any, status: int, message: str) -> None:
    found = refused(client, rows)
    assert found[0] == status and found[1].startswith(message)


def test_a_body_without_a_declared_length_is_cut_at_the_limit(client: TestClient) -> None:
    endless = (b" " * (1 << 16) for _ in range(1 << 14))  # a gigabyte
    answer = client.post("/predict", content=endless, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    read = []

    def sent() -> Iterator[bytes]:
        for _ in range(48):  # 3 MB
            read.append(1 << 16)
            yield b" " * (1 << 16)

    answer = client.post("/predict", content=sent(), headers={"content-type": "application/json"})
    assert answer.status_code == 413 and sum(read) == 3 << 20, "a client that still sends would read no answer"
    declared = {"content-type": "application/json", "content-length": "1000000000"}
    assert client.post("/predict", content=b"{}", headers=declared).status_code == 413


def test_another_type_of_content_another_path_and_another_method_are_refused(client: TestClient) -> None:
    assert client.post("/predict", content="{}").status_code == 415
    assert client.get("/nothing").json()["error"] == "there is no GET /nothing"
    assert client.get("/predict").status_code == 405


def test_a_service_with_a_token_answers_only_who_knows_it(service: app.Service) -> None:
    with TestClient(app.make(replace(service, token="secret"))) as client:
        assert client.get("/health").status_code == 200
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "secret"}):
            answer = client.post("/predict", json={"rows": [ROW]}, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "the token is missing or wrong")
            assert client.get("/metadata", headers=headers).status_code == 401
        assert client.post("/predict", json={"rows": [ROW]}, headers={"authorization": "Bearer secret"}).is_success


def test_a_request_has_a_limited_time(service: app.Service) -> None:
    with TestClient(app.make(replace(service, seconds=1e-9))) as client:
        answer = client.post("/predict", json={"rows": FLOWERS})
        assert answer.status_code in (408, 503) and "within 1e-09 seconds" in answer.json()["error"]


def test_openapi_has_the_columns_with_kinds_and_ranges_and_accepts_what_the_service_accepts(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/predict"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    row = schema["properties"]["rows"]["items"]
    assert list(row["properties"]) == row["required"] == list(NAMES)
    assert row["properties"]["sepal_length"] == {
        "type": ["number"],
        "minimum": -3.4e38,
        "maximum": 3.4e38,
        "description": "numeric",
    }
    check = Draft202012Validator(schema)
    assert check.is_valid({"rows": FLOWERS}) and not check.is_valid({"rows": [{**ROW, "a": 1}]})
    answers = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(answers).validate(client.post("/predict", json={"rows": FLOWERS}).json())
    assert client.get("/metadata").json()["classes"] == ["setosa", "versicolor", "virginica"]


def test_malformed_requests_have_no_answer_of_500(client: TestClient) -> None:
    draw = random.Random(1)
    good = json.dumps({"rows": FLOWERS[:2]})
    values = ['"x"', "null", "true", "[]", "{}", "1e400", "-0", "NaN", '"\\ud800"', "1" * 400, '""', "1e-400"]
    for _ in range(150):
        at = draw.randrange(len(good))
        changed = good[:at] + draw.choice([*values, "", "\0", ",", "}"]) + good[at + draw.randrange(4) :]
        answer = client.post("/predict", content=changed.encode(), headers={"content-type": "application/json"})
        assert answer.status_code < 500, changed


def test_images_are_lists_of_numbers(fit: Any, tmp_path: Path) -> None:
    x = np.arange(40 * 4, dtype="uint8").reshape(40, 2, 2)
    np.savez(tmp_path / "x.npz", x=x, y=np.arange(40, dtype="int32") % 2)
    run = fit(f"data: {{npz_file: {{path: {tmp_path}/x.npz}}}}\nmodel: [Flatten, {{Dense: 2}}]\ntrain: {{epochs: 1}}\n")
    with TestClient(app.make(app.Service(load_model(run), "images"))) as client:
        answer = client.post("/predict", json={"rows": x[:3].tolist()})
        assert len(answer.json()["predictions"]) == 3
        assert refused(client, [[[1, 2], [3]]])[1] == "the rows are not lists of numbers of the same shape"
        assert refused(client, [[["a", "b"], ["c", "d"]]])[1] == "the rows hold something else than finite numbers"
        assert refused(client, [[[1, 2]]])[0] == refused(client, [[[0.5, 300], [3, 4]]])[0] == 422
        items = client.get("/openapi.json").json()["paths"]["/predict"]["post"]["requestBody"]
    assert items["content"]["application/json"]["schema"]["properties"]["rows"]["items"]["maxItems"] == 2
