"""Lists of models: how each wire asks for one, and how it goes on from page to page.

An adapter takes its wire's way by having it as a base. One that has none of this, as an
adapter from outside may, speaks to providers whose models are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from attrs import evolve, frozen

from .._http import HttpRequest, HttpResponse
from .._json import loads
from .._models.model_info import ModelInfo
from ..errors import DecodeError
from ._base import Adapter, Endpoint, merged_headers
from .model_rows import model_of

_LISTS: Final = (
    *("data", "models", "modelSummaries", "publisherModels", "result", "resources", "endpoints"),
)
"""What the list is called in the object around it; of several, the first."""


@frozen
class ModelPage:
    """One page of a provider's list.

    Args:
        models: those on it.
        next: the query parameters that ask for the next page, or None after the last.
    """

    models: tuple[ModelInfo, ...]
    next: Mapping[str, str] | None = None


@runtime_checkable
class ListsModels(Protocol):
    """What an adapter has beside its four functions, where models can be listed."""

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        """The request for a page of the list.

        Args:
            endpoint: where the provider is; its model is none.
            path: where the list is, below the address; "../" leads above it.
            page: what the page before has as its `next`; None asks for the first.
        """

    def parse_list(self, response: HttpResponse) -> ModelPage:
        """The page in a whole response.

        Raises:
            APIError: it is an error in spite of its status.
            DecodeError: it is no list of models.
        """


class _Lister(Adapter, Protocol):
    """An adapter that has one of the bases here."""

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None: ...


class ModelList:
    """A list that comes whole, such as Ollama's; the base of those that come in pages."""

    __slots__ = ()

    page_size: ClassVar[Mapping[str, str]] = {}
    list_headers: ClassVar[Mapping[str, str]] = {}

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        """The request for a page of the list; see `ListsModels.build_list`."""
        url = list_address(endpoint.base_url, path)
        query = {**endpoint.query, **self.page_size, **(page or {})}
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        sent = merged_headers({"Accept": "application/json"}, self.list_headers, endpoint.headers)
        return HttpRequest("GET", url, sent)

    def parse_list(self: _Lister, response: HttpResponse) -> ModelPage:
        """The page in a whole response; see `ListsModels.parse_list`."""
        data = _loaded(response)
        rows = _rows(data)
        if not rows and isinstance(data, Mapping) and (data.get("error") or data.get("errors")):
            raise self.error(response)
        if rows is None:
            raise DecodeError("the answer is no list of models", body=response.body)
        models = tuple(model for model in map(model_of, rows) if model is not None)
        if rows and not models:
            raise DecodeError("no model in the list has a name", body=response.body)
        return ModelPage(models, self.next_page(data) if isinstance(data, Mapping) else None)

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """What asks for the page after *data*, or None after the last."""
        return None


class OpenAIModelList(ModelList):
    """OpenAI's list, which comes whole, and those that others on its wire have in its place.

    Sources: https://platform.openai.com/docs/api-reference/models/list
    https://openrouter.ai/docs/client-sdks/typescript/models/modelslistresponse
    https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/#pagination
    """

    __slots__ = ()

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """OpenRouter's link to the next page, or Cloudflare's number after this one's."""
        links = data.get("links")
        further = links.get("next") if isinstance(links, Mapping) else None
        if isinstance(further, str):
            # Its query alone: where a key goes is not for an answer to say.
            return dict(parse_qsl(urlsplit(further).query)) or None
        told = data.get("result_info")
        if isinstance(told, Mapping):
            page, size, total = (told.get(name) for name in ("page", "per_page", "total_count"))
            if isinstance(page, int) and isinstance(size, int) and isinstance(total, int):
                return {"page": str(page + 1)} if 0 < page * size < total else None
        return None


class AnthropicModelList(ModelList):
    """Anthropic's list. Source: https://platform.claude.com/docs/en/api/models/list"""

    __slots__ = ()
    page_size: ClassVar[Mapping[str, str]] = {"limit": "1000"}
    list_headers: ClassVar[Mapping[str, str]] = {"anthropic-version": "2023-06-01"}

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """After the last of this one, where there are more."""
        return _token(data, "last_id", "after_id") if data.get("has_more") is True else None


class GeminiModelList(ModelList):
    """Google's list, of AI Studio and of Vertex AI. Source: https://ai.google.dev/api/models"""

    __slots__ = ()

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """By the token that this one holds."""
        return _token(data, "nextPageToken", "pageToken")


class CohereModelList(ModelList):
    """Cohere's list. Source: https://docs.cohere.com/reference/list-models"""

    __slots__ = ()
    page_size: ClassVar[Mapping[str, str]] = {"page_size": "1000"}

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """By the token that this one holds."""
        return _token(data, "next_page_token", "page_token")


class BedrockModelList(ModelList):
    """Bedrock's list of foundation models, which is not on the host that answers.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
    """

    __slots__ = ()

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        """The request for the list, to bedrock.REGION in place of bedrock-runtime.REGION."""
        # https://docs.aws.amazon.com/general/latest/gr/bedrock.html; FIPS has both names, too.
        parts = urlsplit(endpoint.base_url)
        if parts.netloc.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            host = parts.netloc.replace("bedrock-runtime", "bedrock", 1)
            endpoint = evolve(endpoint, base_url=urlunsplit(parts._replace(netloc=host)))
        return ModelList.build_list(self, endpoint, path, page)


def list_address(base_url: str, path: str) -> str:
    """Where the list at *path* is: below *base_url*, or above it where *path* leads there."""
    if path.startswith("../"):
        return urljoin(f"{base_url}/", path)
    version = path.split("/")[1]
    # Some write an address with the version in it, some without.
    return base_url.removesuffix(f"/{version}") + path if _is_version(version) else base_url + path


def _is_version(step: str) -> bool:
    return step[:1] == "v" and step[1:].isdecimal()


def _loaded(response: HttpResponse) -> object:
    try:
        return loads(response.body)
    except ValueError as error:
        raise DecodeError(f"the list of models is not JSON: {error}", body=response.body) from None


def _rows(data: object) -> Sequence[object] | None:
    """The rows of the list in *data*, or None where there is none."""
    if isinstance(data, list):  # Together's
        return data
    if not isinstance(data, Mapping):
        return None
    for name in _LISTS:
        rows = data.get(name)
        if isinstance(rows, list):
            return rows
    # An empty list, as servers in Go may write it.
    return () if any(name in data and data[name] is None for name in _LISTS) else None


def _token(data: Mapping[str, object], told: str, asked: str) -> Mapping[str, str] | None:
    value = data.get(told)
    return {asked: value} if isinstance(value, str) and value else None
