"""Operations of all kinds over HTTP: styles, forms, media types, security and unusual names."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.schemas.reply import Upload
from tests.problems import assert_problem
from tests.spec.served import Echo, client_of, make_app

TEXT = Path(__file__).with_name("operations.yaml").read_text()
THING = {"n": 1}


class Files:
    """Says what it was sent."""

    async def send_files(self, *, files: list[Upload], age: int | None) -> list[str]:
        return [*(str(file.filename) for file in files), str(age)]

    async def send_either(self, body: object, *, file: Upload | None) -> str:
        return "JSON" if file is None else str(file.filename)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("kinds"), TEXT, {"echo": Echo, "files": Files})


@pytest.fixture
async def http(kinds: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(kinds) as client:
        client.base_url = httpx2.URL("http://served/v2")
        yield client


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/hal", "application/hal+json"), ("/charset", "application/json; charset=utf-8")],
)
async def test_an_answer_has_its_media_type(
    http: httpx2.AsyncClient, path: str, media_type: str
) -> None:
    answer = await http.get(path)

    assert (answer.status_code, answer.json()) == (200, THING)
    assert answer.headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events", 'data: {"n": 1}\n\n'),
        ("/prefixed", '"thing_string"'),
        ("/either-of-two", '"a"'),
        ("/sealed-order", '{"count": 2, "words": ["a"]}'),
    ],
)
async def test_a_mock_answers_what_the_schema_alone_tells(
    http: httpx2.AsyncClient, path: str, body: str
) -> None:
    answer = await http.get(path)

    assert (answer.status_code, answer.text) == (200, body)


async def test_data_that_looks_like_a_reference_is_data(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/reference")

    assert answer.json()["members"][0]["$ref"] == "https://api.example.com/Users/1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/count", 200),
        ("GET", "/gone", 204),
        ("GET", "/moved", 302),
        ("GET", "/both", 204),
        ("POST", "/both", 204),
    ],
)
async def test_tags_and_operations_may_have_names_that_code_uses_itself(
    http: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    assert (await http.request(method, path)).status_code == status


async def test_a_header_may_be_a_negative_integer(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/count")).headers["X-N"] == "-3"


async def test_the_variables_of_the_server_have_their_defaults(kinds: FastAPI) -> None:
    async with client_of(kinds) as client:
        assert (await client.get("/anything/gone")).status_code == 404


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/bearer", {}, 401),
        ("/bearer", {"Authorization": "Bearer wrong"}, 401),
        ("/bearer", {"Authorization": "Bearer good"}, 204),
        ("/key", {"X-API-Key": "good"}, 401),  # part api_keys
        ("/key", {"X-Token": "wrong"}, 401),  # part api_keys
        ("/key", {"X-Token": "good"}, 204),  # part api_keys
    ],
)
async def test_credentials_are_read_by_the_type_of_their_scheme(
    http: httpx2.AsyncClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert (await http.get(path, headers=headers)).status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "big=9223372036854775807",
        "big=1000000000000000000",
        "big=12.0",
        "ratio=1e-1",
        "ids=1&ids=2",
        "words=a,b",
        "piped=a|b",
        "filter[size]=3",
        "old=abc",
    ],
)
async def test_a_query_is_read_by_its_style(http: httpx2.AsyncClient, query: str) -> None:
    answer = await http.get(f"/query?{query}")

    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("big=9223372036854775808", "big"),
        ("big=1.5", "big"),
        ("ratio=2", "ratio"),
        ("ids=1&ids=b", "ids"),
        ("ids=1&ids=2&ids=3", "ids"),
        ("words=a,c", "words"),
        ("piped=a|b|c", "piped"),
        ("filter[size]=big", "filter"),
        ("filter[colour]=red", "filter"),
        ("old=abcd", "old"),
    ],
)
async def test_a_query_that_breaks_its_schema_is_refused(
    http: httpx2.AsyncClient, query: str, name: str
) -> None:
    answer = await http.get(f"/query?{query}")

    assert answer.status_code == 422, answer.text
    assert {(it["location"], it["name"]) for it in answer.json()["errors"]} == {("query", name)}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Sizes": "1, 2"}, 204),
        ({"X-Sizes": "1, b"}, 422),
        ({"Cookie": "theme=dark"}, 204),
        ({"Cookie": "theme=blue"}, 422),
    ],
)
async def test_headers_and_cookies_are_judged(
    http: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await http.get("/query", headers=headers)).status_code == status


@pytest.mark.parametrize(("path", "status"), [("a/1,2", 204), ("c/1,2", 422), ("a/1,b", 422)])
async def test_a_path_is_judged(http: httpx2.AsyncClient, path: str, status: int) -> None:
    assert (await http.get(f"/path/{path}")).status_code == status


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"age": "5"}, {"age": 5}),
        ({"ratio": "0.5"}, {"ratio": 0.5}),
        ({"agree": "true"}, {"agree": True}),
        ({"tags": ["x", "y"]}, {"tags": ["x", "y"]}),
        ({"tags": ["x"]}, {"tags": ["x"]}),
    ],
)
async def test_a_form_has_types(
    http: httpx2.AsyncClient, form: dict[str, str | list[str]], body: dict[str, object]
) -> None:
    answer = await http.post("/form", data=form)

    assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.parametrize(
    "form",
    [{"age": "100"}, {"age": "old"}, {"agree": "yes"}, {"tags": ["a", "b", "c"]}, {"b": "1"}],
)
async def test_a_form_that_breaks_its_schema_is_refused(
    http: httpx2.AsyncClient, form: dict[str, str | list[str]]
) -> None:
    assert (await http.post("/form", data=form)).status_code == 422


async def test_files_are_sent_as_a_list(http: httpx2.AsyncClient) -> None:
    files = [("files", ("a.txt", b"A")), ("files", ("b.txt", b"B"))]

    answer = await http.post("/files", files=files, data={"age": "5"})
    too_many = await http.post("/files", files=[*files, files[0]])

    assert (answer.status_code, answer.json()) == (200, ["a.txt", "b.txt", "5"])
    assert too_many.status_code == 422


@pytest.mark.parametrize(("path", "most"), [("/small", 20), ("/large", 100_000)])
async def test_an_operation_may_have_a_body_limit_of_its_own(
    http: httpx2.AsyncClient, path: str, most: int
) -> None:
    media_type = {"Content-Type": "application/json"}

    async def pieces(size: int) -> AsyncIterator[bytes]:
        yield b'"' + b"x" * (size - 2)
        yield b'"'

    largest = await http.post(path, content=pieces(most), headers=media_type)
    declared = await http.post(path, content=b" " * (most + 1), headers=media_type)
    grown = await http.post(path, content=pieces(most + 1), headers=media_type)

    assert (largest.status_code, len(largest.content)) == (200, most)
    assert_problem(declared, 413, "content-too-large")
    assert_problem(grown, 413, "content-too-large")


async def test_a_file_may_be_sent_instead_of_json(http: httpx2.AsyncClient) -> None:
    file = await http.post("/either", files={"file": ("a.txt", b"A")})
    body = await http.post("/either", json=THING)
    wrong = await http.post("/either", json={"file": "a"})

    assert (file.json(), body.json(), wrong.status_code) == ("a.txt", "JSON", 422)


COUNT = "<number-of-parts>2</number-of-parts>"
ORDERS = [
    (f"<order>{COUNT}</order>", 204),
    ("<a:order xmlns:a='urn:a' a:id='7'><a:number-of-parts>2</a:number-of-parts></a:order>", 204),
    (f"<o>{COUNT}<parts><part>1</part><part>2</part></parts><word>a</word><word>b</word></o>", 204),
    (f"<o>{COUNT}<whole>{COUNT}</whole></o>", 204),
    ("<o/>", 422),
    (f"<o id='a'>{COUNT}</o>", 422),
    (f"<o>{COUNT}{COUNT}</o>", 422),
    (f"<o>{COUNT}<parts><part>a</part></parts></o>", 422),
    (f"<o>{COUNT}<word>long</word></o>", 422),
    (f"<o>{COUNT}<whole/></o>", 422),
    (f"<o>{COUNT}<other/></o>", 422),
    ("<o>2</o>", 422),
    (f"<o>2{COUNT}</o>", 422),
    (f"<o>{COUNT}2</o>", 422),
    (f"<o>{COUNT}<parts>a</parts></o>", 422),
    (f"<o>{COUNT}<parts><part>1</part>a</parts></o>", 422),
    (f"<o>{COUNT}<parts/><parts/></o>", 422),
    (f"<o>\n  {COUNT}\n  <parts>\n    <part>1</part>\n  </parts>\n</o>", 204),
    (f"<o>{COUNT}</o><o/>", 400),
    (f"<!DOCTYPE o [<!ENTITY a 'b'>]><o>{COUNT}</o>", 400),
    ("<" * 9, 400),
]


@pytest.mark.parametrize(("body", "status"), ORDERS)
async def test_xml_is_judged_by_its_schema(
    http: httpx2.AsyncClient, body: str, status: int
) -> None:
    answer = await http.put("/xml", content=body, headers={"Content-Type": "application/xml"})

    assert answer.status_code == status, answer.text


async def test_a_mock_answers_xml_that_its_schema_allows(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/order")
    echoed = await http.put("/xml", content=answer.content, headers=answer.headers)

    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.text.startswith('<Order id="1"><number-of-parts>1</number-of-parts>')
    assert echoed.status_code == 204, echoed.text


@pytest.mark.parametrize(("body", "status"), [("AAEC", 204), ("{}", 422)])
async def test_a_file_that_is_base64_is_judged(
    http: httpx2.AsyncClient, body: str, status: int
) -> None:
    answer = await http.put("/photo", content=body, headers={"Content-Type": "image/png"})

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("media_type", ["application/jose+jwe", "text/yaml"])
@pytest.mark.parametrize(
    ("body", "status"),
    [('{"n": 1}', 204), ('{"n": "a"}', 422), ("1", 422), ("eyJh.YQ.YQ", 204)],
)
async def test_a_body_of_another_media_type_is_judged_if_it_is_json(
    http: httpx2.AsyncClient, media_type: str, body: str, status: int
) -> None:
    answer = await http.put("/sealed", content=body, headers={"Content-Type": media_type})

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("body", "status"), [("<o/>", 422), (f"<o>{COUNT}</o>", 204)])
async def test_xml_that_is_text_is_judged_as_xml(
    http: httpx2.AsyncClient, body: str, status: int
) -> None:
    answer = await http.put("/sealed", content=body, headers={"Content-Type": "text/xml"})

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("body", "status"), [("7", 204), ("10", 422), ("a", 422)])
async def test_a_text_may_be_a_number(http: httpx2.AsyncClient, body: str, status: int) -> None:
    answer = await http.put("/sealed", content=body, headers={"Content-Type": "text/plain"})

    assert answer.status_code == status, answer.text


async def test_a_body_may_be_optional_and_of_a_type_like_json(http: httpx2.AsyncClient) -> None:
    media_type = {"Content-Type": "application/merge-patch+json"}

    sent = await http.patch("/patch", content='{"n": 1}', headers=media_type)
    nothing = await http.patch("/patch")
    other = await http.patch("/patch", json=THING)

    assert (sent.status_code, sent.json()) == (200, THING)
    assert (nothing.status_code, nothing.json()) == (200, None)
    assert other.status_code == 415


@pytest.mark.parametrize("paths", ["{/a: {trace: {responses: {}}}}", "{}"], ids=["manual", "none"])
def test_a_contract_without_generated_routes_is_served(tmp_path: Path, paths: str) -> None:
    text = f"{TEXT[: TEXT.index('paths:')]}paths: {paths}\n"

    assert [*make_app(tmp_path, text).routes] == []
