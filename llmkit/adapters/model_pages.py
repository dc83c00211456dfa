"""A page of a provider's list of models, understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

from .._frozen import frozen
from .._http import HttpRequest, HttpResponse
from .._json import loads
from .._models.model_info import ModelInfo
from ..errors import DecodeError
from ._base import Adapter, Endpoint
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


class Lister(Adapter, Protocol):
    """An adapter that knows how its wire's lists go on."""

    def next_page(self, data: Mapping[str, object]) -> Mapping[str, str] | None:
        """What asks for the page after *data*, or None after the last."""


def read_page(adapter: Lister, response: HttpResponse) -> ModelPage:
    """The page in a whole response.

    Raises:
        APIError: it is an error in spite of its status.
        DecodeError: it is no list of models.
    """
    data = _loaded(response)
    rows = _rows(data)
    if not rows and isinstance(data, Mapping) and (data.get("error") or data.get("errors")):
        raise adapter.error(response)
    if rows is None:
        raise DecodeError("the answer is no list of models", body=response.body)
    models = tuple(model for model in map(model_of, rows) if model is not None)
    if rows and not models:
        raise DecodeError("no model in the list has a name", body=response.body)
    return ModelPage(models, adapter.next_page(data) if isinstance(data, Mapping) else None)


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
