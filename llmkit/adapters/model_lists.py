"""Lists of models: how each wire asks for one, and how it goes on from page to page.

An adapter takes its wire's way by having it as a base. One that has none of this, as an
adapter from outside may, speaks to providers whose models are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from attrs import evolve

from .._http import HttpRequest, HttpResponse
from ._base import Endpoint, merged_headers

if TYPE_CHECKING:
    from .model_pages import Lister, ModelPage


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

    def parse_list(self: Lister, response: HttpResponse) -> ModelPage:
        """The page in a whole response; see `ListsModels.parse_list`."""
        from .model_pages import read_page  # only once a list is asked for

        return read_page(self, response)

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

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        """The request for a page of the list, which the second version of the API does not have."""
        endpoint = evolve(endpoint, base_url=endpoint.base_url.removesuffix("/v2"))
        return ModelList.build_list(self, endpoint, path, page)

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
    # Some give an address with the beginning of the path in it: its version, "/api".
    steps = path.split("/")
    starts = ("/".join(steps[:end]) for end in range(len(steps) - 1, 1, -1))
    given = urlsplit(base_url).path
    return base_url + path.removeprefix(next((s for s in starts if given.endswith(s)), ""))


def _token(data: Mapping[str, object], told: str, asked: str) -> Mapping[str, str] | None:
    value = data.get(told)
    return {asked: value} if isinstance(value, str) and value else None
