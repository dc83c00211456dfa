"""Lists of models: what asks for one, and what one says, on every wire, as pure values.

The lists are cut from the vendors' documents, which are named beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from llmkit import (
    APIError,
    DecodeError,
    Endpoint,
    Headers,
    HttpResponse,
    ListsModels,
    ModelInfo,
    ModelPage,
    Provider,
    QuotaExceededError,
    providers,
)
from llmkit.adapters import WIRES
from llmkit.adapters.model_lists import list_address

from .listed_models import ROWS

ENDPOINT = Endpoint("https://api.example.com", "", {"User-Agent": "test"})


def lister(wire: str = "openai-chat") -> ListsModels:
    """The adapter of *wire*, which lists models."""
    adapter = Provider("mine", wire=wire, base_url="https://api.example.com").adapter()
    assert isinstance(adapter, ListsModels)
    return adapter


def page(body: object, wire: str = "openai-chat", *, status: int = 200) -> ModelPage:
    """The page that *body* says."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lister(wire).parse_list(HttpResponse(status, Headers(), data))


def model(row: Mapping[str, object], wire: str = "openai-chat") -> ModelInfo:
    """The one model of a list that has *row* alone."""
    (only,) = page({"data": [row]}, wire).models
    return only


def told(info: ModelInfo) -> dict[str, Any]:
    """What *info* says beside its id, where it says something."""
    values = attrs.asdict(info, filter=lambda field, _: field.name not in ("id", "raw"))
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize("case", ROWS)
def test_what_a_row_tells(case: str) -> None:
    """Whatever a vendor calls it; what it does not tell is None or empty, and never guessed."""
    row, name, expected = ROWS[case]
    found = model(row)
    assert found.id == name
    assert told(found) == expected
    assert found.raw == row


def test_a_model_is_a_value() -> None:
    """It can be compared, be a key, and be written as JSON; `raw` is the provider's alone."""
    one = ModelInfo(id="m", provider="groq", created=datetime(2025, 1, 2, tzinfo=UTC))
    other = ModelInfo(id="m", provider="groq", created=one.created, raw={"id": "m"})
    assert one == other
    assert len({one, other}) == 1
    assert one.name == "groq/m"
    data = other.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert (data["name"], data["created"], data["raw"]) == ("groq/m", 1735776000, {"id": "m"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1735689600, datetime(2025, 1, 1, tzinfo=UTC)),
        (1735689600.5, datetime(2025, 1, 1, tzinfo=UTC)),
        ("1735689600", datetime(2025, 1, 1, tzinfo=UTC)),
        (1735689600000, datetime(2025, 1, 1, tzinfo=UTC)),
        ("2025-01-01", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2025-01-01T01:00:00+01:00", datetime(2025, 1, 1, tzinfo=UTC)),
        # An epoch says that nobody knows.
        (0, None),
        ("1970-01-01T00:00:00Z", None),
        (-5, None),
        (True, None),
        (10**30, None),
        ("soon", None),
        (None, None),
        ({"seconds": 5}, None),
    ],
)
def test_when_a_model_was_made(value: object, expected: datetime | None) -> None:
    """Seconds, milliseconds or ISO 8601, always aware; what is no time is None."""
    assert model({"id": "m", "created": value}).created == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8192, 8192),
        (8192.0, 8192),
        ("8192", 8192),
        (0, None),
        (-1, None),
        (False, None),
        ("8k", None),
        ("", None),
        ([8192], None),
        (1e300, None),
    ],
)
def test_how_much_fits(value: object, expected: int | None) -> None:
    """A number of tokens above 0, or None."""
    assert model({"id": "m", "context_length": value}).context_window == expected


@pytest.mark.parametrize(
    "row",
    [
        {"id": "m", "type": 5, "task": [], "capabilities": [{"x": 1}, None], "features": "tools"},
        {"id": "m", "capabilities": {"vision": "yes", "audio": 1}, "architecture": "text"},
        {"id": "m", "owned_by": {"id": 1}, "name": 7, "properties": "many", "meta": []},
        {"id": "m", "properties": [5, {"property_id": "price"}], "endpoints": None},
    ],
)
def test_strange_rows_are_models(row: dict[str, object]) -> None:
    """What is not of the form that a vendor gave it is as if it was not there."""
    found = model(row)
    assert (found.id, found.owned_by, found.context_window) == ("m", None, None)
    assert found.kinds == ()
    assert found.capabilities in ((), ("tools",))


def test_an_image_among_capabilities_is_no_kind() -> None:
    """There it says what goes in; as a type, what comes out."""
    assert model({"id": "m", "capabilities": ["text", "image"]}).kinds == ()
    assert model({"id": "m", "type": "image"}).kinds == ("image",)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}, ["a", "b"]),
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        ({"models": [{"name": "models/a"}]}, ["a"]),
        ({"publisherModels": [{"name": "publishers/google/models/a"}]}, ["a"]),
        ({"modelSummaries": [{"modelId": "a"}]}, ["a"]),
        ({"result": [{"id": "a"}], "success": True, "errors": []}, ["a"]),
        ({"resources": [{"model_id": "a"}]}, ["a"]),
        ({"data": ["a", "b"]}, ["a", "b"]),
        # llama.cpp has both; the one of OpenAI's form says more.
        ({"models": [{"name": "x"}], "object": "list", "data": [{"id": "a"}]}, ["a"]),
        # One that no request could name.
        ({"data": [{"id": "a"}, {"object": "model"}, 5, None, "", {"id": ""}]}, ["a"]),
        ({"data": []}, []),
        ({"object": "list", "data": None}, []),
        ([], []),
    ],
)
def test_where_the_list_is(body: object, names: list[str]) -> None:
    """Bare, or in an object under any of the names in use; in its own order."""
    assert [found.id for found in page(body).models] == names


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff", b"5", b'"text"', {"object": "list"}, {"data": {}}, {"data": [{}]}],
)
def test_what_is_no_list_is_an_error(body: object) -> None:
    """Never an empty list, which would mean that there are no models."""
    with pytest.raises(DecodeError) as caught:
        page(body)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert caught.value.body == sent


def test_an_error_in_spite_of_its_status() -> None:
    """It is the wire's own error, as for a chat."""
    with pytest.raises(APIError, match="no money left") as caught:
        page({"error": {"message": "no money left", "code": "insufficient_quota"}})
    assert isinstance(caught.value, QuotaExceededError)
    with pytest.raises(APIError, match="no route"):
        page({"result": None, "success": False, "errors": [{"code": 7003, "message": "no route"}]})


@pytest.mark.parametrize("wire", WIRES)
def test_what_asks_for_a_list(wire: str) -> None:
    """A GET without a body, with the provider's own headers and query."""
    endpoint = Endpoint("https://x.example/v9", "", {"X-Team": "a"}, query={"api-version": "1&2"})
    http = lister(wire).build_list(endpoint, "/models", None)
    parts = urlsplit(http.url)
    assert (http.method, http.body) == ("GET", b"")
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://x.example/v9/models"
    assert dict(parse_qsl(parts.query))["api-version"] == "1&2"
    assert http.headers["X-Team"] == "a"
    assert http.headers["Accept"] == "application/json"
    assert "Content-Type" not in http.headers


PAGED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "anthropic-messages": (
        {"data": [{"id": "a"}], "has_more": True, "first_id": "a", "last_id": "a"},
        {"limit": "1000", "after_id": "a"},
    ),
    "gemini": ({"models": [{"name": "a"}], "nextPageToken": "t=1"}, {"pageToken": "t=1"}),
    "cohere-v2": (
        {"models": [{"name": "a"}], "next_page_token": "t"},
        {"page_size": "1000", "page_token": "t"},
    ),
    "openai-chat": (
        {"data": [{"id": "a"}], "links": {"next": "/api/v1/models?offset=500&limit=500"}},
        {"offset": "500", "limit": "500"},
    ),
    "openai-responses": (
        {
            "result": [{"id": "a"}],
            "result_info": {"page": 2, "per_page": 50, "count": 50, "total_count": 130},
        },
        {"page": "3"},
    ),
}


@pytest.mark.parametrize("wire", PAGED)
def test_the_next_page_is_asked_for(wire: str) -> None:
    """By what the page before says, at the same place, with the same size."""
    body, query = PAGED[wire]
    first = page(body, wire)
    assert first.next is not None
    http = lister(wire).build_list(ENDPOINT, "/v1/models", first.next)
    assert urlsplit(http.url).path == "/v1/models"
    assert dict(parse_qsl(urlsplit(http.url).query)) == query


@pytest.mark.parametrize(
    ("wire", "body"),
    [
        ("anthropic-messages", {"data": [{"id": "a"}], "has_more": False, "last_id": "a"}),
        ("anthropic-messages", {"data": [], "has_more": True, "last_id": None}),
        ("gemini", {"models": [{"name": "a"}]}),
        ("gemini", {"models": [{"name": "a"}], "nextPageToken": ""}),
        ("cohere-v2", {"models": [{"name": "a"}], "next_page_token": None}),
        ("openai-chat", {"data": [{"id": "a"}], "has_more": True, "last_id": "a"}),
        ("openai-chat", {"data": [{"id": "a"}], "links": {"next": None}}),
        ("openai-chat", {"data": [{"id": "a"}], "links": {"next": "https://x.example/models"}}),
        (
            "openai-chat",
            {"result": [], "result_info": {"page": 3, "per_page": 50, "total_count": 130}},
        ),
        (
            "openai-chat",
            {"result": [], "result_info": {"page": 2, "per_page": 50, "total_count": 100}},
        ),
        ("openai-chat", {"result": [], "result_info": {"page": 1, "per_page": 0}}),
        ("ollama", {"models": [{"name": "a"}], "nextPageToken": "t"}),
        ("bedrock-converse", {"modelSummaries": [{"modelId": "a"}], "nextToken": "t"}),
    ],
)
def test_the_last_page(wire: str, body: object) -> None:
    """Nothing is asked for where nothing says that there is more."""
    assert page(body, wire).next is None


def test_a_link_does_not_lead_to_another_host() -> None:
    """The key goes to its own provider: of a link to the next page only the query counts."""
    first = page({"data": [{"id": "a"}], "links": {"next": "https://evil.example/x?offset=5"}})
    http = lister().build_list(ENDPOINT, "/models", first.next)
    assert http.url == "https://api.example.com/models?offset=5"


def test_anthropic_wants_its_version() -> None:
    """Of a provider that names none, too; one that it names wins."""
    built = lister("anthropic-messages").build_list(ENDPOINT, "/v1/models", None)
    assert built.headers["anthropic-version"] == "2023-06-01"
    other = Endpoint("https://x.example", "", {"Anthropic-Version": "2024-01-01"})
    built = lister("anthropic-messages").build_list(other, "/v1/models", None)
    assert {name.lower(): value for name, value in built.headers.items()}[
        "anthropic-version"
    ] == "2024-01-01"


@pytest.mark.parametrize(
    ("base_url", "path", "expected"),
    [
        ("https://a.example/v1", "/models", "https://a.example/v1/models"),
        ("https://a.example", "/v1/models", "https://a.example/v1/models"),
        # An address is given with the version in it, or without.
        ("https://a.example/v1", "/v1/models", "https://a.example/v1/models"),
        ("https://a.example/v2", "/v1/models", "https://a.example/v2/v1/models"),
        ("https://a.example/api", "/api/tags", "https://a.example/api/tags"),
        ("https://a.example/x/api", "/api/tags", "https://a.example/x/api/tags"),
        ("https://a.example/xapi", "/api/tags", "https://a.example/xapi/api/tags"),
        ("https://a.example/openai/v1", "/openai/v1/models", "https://a.example/openai/v1/models"),
        ("https://a.example/openai", "/openai/v1/models", "https://a.example/openai/v1/models"),
        ("https://api.example", "/api/tags", "https://api.example/api/tags"),
        ("https://a.example/inference", "../catalog/models", "https://a.example/catalog/models"),
        ("http://h:8/p/ai/v1", "../models/search", "http://h:8/p/ai/models/search"),
        ("https://a.example/v1", "../../../../x", "https://a.example/x"),
    ],
)
def test_where_a_list_is(base_url: str, path: str, expected: str) -> None:
    """Below the address, or above it, and never on another host."""
    assert list_address(base_url, path) == expected


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock.eu-west-1.amazonaws.com"),
        (
            "https://bedrock-runtime-fips.us-east-1.amazonaws.com",
            "bedrock-fips.us-east-1.amazonaws.com",
        ),
        (
            "https://bedrock-runtime.cn-north-1.amazonaws.com.cn",
            "bedrock.cn-north-1.amazonaws.com.cn",
        ),
        # A proxy of one's own has no such twin.
        ("https://bedrock-runtime.example.com", "bedrock-runtime.example.com"),
    ],
)
def test_bedrock_lists_on_a_host_of_its_own(base_url: str, host: str) -> None:
    """The same region's, of the same owner."""
    http = lister("bedrock-converse").build_list(Endpoint(base_url, ""), "/foundation-models", None)
    assert http.url == f"https://{host}/foundation-models"


def test_cohere_lists_by_its_first_version() -> None:
    """Also where the address given is that of the second."""
    endpoint = Endpoint("https://api.cohere.com/v2", "")
    http = lister("cohere-v2").build_list(endpoint, "/v1/models", None)
    assert http.url == "https://api.cohere.com/v1/models?page_size=1000"


@pytest.mark.parametrize("name", providers.names())
def test_every_provider_has_an_adapter_that_lists(name: str) -> None:
    """A manifest needs only to say where."""
    assert isinstance(providers.get(name).adapter(), ListsModels)
