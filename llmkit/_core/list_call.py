"""One call that asks a provider for its models, page by page."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from .._bounds import Bounds
from .._http import HttpResponse, Timeout
from .._models.model_info import ModelInfo
from .._retry import RetryPolicy
from ..adapters._base import Endpoint
from ..adapters.model_pages import ListsModels, ModelPage
from ..errors import ConfigurationError, DecodeError
from ..providers.provider import Provider
from .call import Call, Target

MAX_PAGES: Final = 100
"""How many pages of a list are read; those of the longest known ones are 10."""


class ListCall(Call[ModelPage]):
    """One call of a list: under one clock, however many pages there are.

    `models` holds what has come; `whole` says that no page is left.
    """

    def __init__(
        self,
        way: tuple[ListsModels, str],
        target: Target,
        endpoint: Endpoint,
        timeout: Timeout,
        retry: RetryPolicy,
        bounds: Bounds,
    ) -> None:
        self._lister, self._path = way
        self._endpoint = endpoint
        first = self._lister.build_list(endpoint, self._path, None)
        super().__init__(target, first, timeout, retry, bounds)
        self._pages = 0
        self.models: tuple[ModelInfo, ...] = ()
        self.whole = False

    def understood(self, response: HttpResponse) -> ModelPage:
        """A page; see `Call.understood`."""
        return self._lister.parse_list(response)

    def take(self, page: ModelPage) -> None:
        """*page* is there; the next is to be asked for, if there is one.

        Raises:
            DecodeError: the list has no end.
        """
        name = self.target.provider.name
        self.models += tuple(evolve(model, provider=name) for model in page.models)
        self._pages += 1
        if page.next is None:
            self.whole = True
            return
        before, self._http = (
            self._http,
            self._lister.build_list(self._endpoint, self._path, page.next),
        )
        if self._pages >= MAX_PAGES or self._http.url == before.url:
            error = DecodeError(f"the list of models has no end: {self._pages} pages were read")
            self.interrupted(error)
            raise error


def way_to_list(provider: Provider) -> tuple[ListsModels, str]:
    """What asks *provider* for its models, and at which path.

    Raises:
        ConfigurationError: it has no list, or its adapter cannot ask for one.
    """
    if provider.models_path is None:
        raise ConfigurationError(
            f"{provider.name}: no list of its models is known; where it has one, give the "
            "provider its models_path"
        )
    adapter = provider.adapter()
    if not isinstance(adapter, ListsModels):
        raise ConfigurationError(
            f"{provider.name}: its adapter, {type(adapter).__name__}, lists no models: "
            "it has no build_list and parse_list"
        )
    return adapter, provider.models_path
