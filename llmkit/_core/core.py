"""A client's settings, and the calls that are made under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from .. import __version__
from .._auth import Credentials
from .._http import Timeout
from .._models.adjustments import UNSUPPORTED, Adjuster, Unsupported
from .._models.request import ChatCompletionRequest
from .._retry import RetryPolicy
from ..adapters._base import Endpoint
from ..errors import ClosedError, ConfigurationError, InvalidRequestError
from ..providers.keys import Address, address_of, credentials_of, resolve_key
from ..providers.loader import find, get
from ..providers.placeholders import check_given
from ..providers.provider import Provider
from .call import Call, Key, Target, Unpicklable

T = TypeVar("T")

USER_AGENT: Final = f"llmkit/{__version__}"


class Core(Unpicklable):
    """A client's settings, and the calls that are made under them. Safe to share by threads."""

    def __init__(
        self,
        model: str | None,
        *,
        provider: str | Provider | None,
        api_key: Key | None,
        base_url: str | None,
        providers: Sequence[Provider],
        timeout: Timeout | float | None,
        retry: RetryPolicy | None,
        unsupported: Unsupported,
        placeholders: Mapping[str, str] | None = None,
    ) -> None:
        if unsupported not in UNSUPPORTED:
            told = ", ".join(UNSUPPORTED)
            raise ConfigurationError(f"unsupported must be one of {told}, not {unsupported!r}")
        self._model = model
        self._key = api_key
        self._base_url = base_url
        self._given: dict[str, Provider] = {}
        for given in (*providers, *([provider] if isinstance(provider, Provider) else [])):
            self._given.update(dict.fromkeys((*given.aliases, given.name), given))
        self._timeout = Timeout() if timeout is None else Timeout.of(timeout)
        self._retry = retry or RetryPolicy()
        self._unsupported: Unsupported = unsupported
        self._targets: dict[str, Target] = {}
        self._credentials: dict[str, Credentials] = {}
        self.own = self._own_provider(provider)
        self._placeholders = dict(placeholders or {})
        check_given(self.own, self._placeholders)
        self.closed = False

    def _own_provider(self, provider: str | Provider | None) -> Provider:
        if isinstance(provider, Provider):
            return provider
        if provider is not None:
            return self._given.get(provider) or get(provider)
        named = self._find((self._model or "").partition("/")[0]) if self._model else None
        return named or self._given.get("openai") or get("openai")

    def _find(self, name: str) -> Provider | None:
        return self._given.get(name) or find(name)

    def target(self, model: str) -> Target:
        """Where *model*, or the client's own model where it is "", is to be found.

        Raises:
            ConfigurationError: no model is named, or the provider has no key.
        """
        target = self._targets.get(model)
        if target is None:
            target = self._targets[model] = self._resolve(model or self._model or "")
        return target

    def _resolve(self, model: str) -> Target:
        prefix, slash, rest = model.partition("/")
        provider = self._find(prefix) if slash else None
        name = rest
        if provider is None:
            provider, name = self.own, model
        if not name:
            raise ConfigurationError(
                "no model is named: give the request one, as in 'openai/gpt-4o', or the client"
            )
        own = provider.name == self.own.name
        given = self._key if own and self._key is not None else None
        key = given if callable(given) else resolve_key(provider, given)
        signed = key is None and provider.credentials is not None
        address = address_of(
            provider,
            self._base_url if own else None,
            self._placeholders if own else None,
            signed=signed,
        )
        credentials = self._credentials_of(provider, address) if signed else None
        adapter = provider.adapter()
        return Target(provider, adapter, name, address.base_url, key, address.query, credentials)

    def _credentials_of(self, provider: Provider, address: Address) -> Credentials | None:
        """One object for all models and threads: it keeps the token."""
        found = self._credentials.get(provider.name) or credentials_of(provider, address)
        return None if found is None else self._credentials.setdefault(provider.name, found)

    def call(self, request: ChatCompletionRequest[T], *, stream: bool) -> Call[T]:
        """A call of *request*, built and ready to be sent.

        Raises:
            ClosedError: the client is closed.
            ConfigurationError: there is no such provider, or no key for it.
            InvalidRequestError: the request's values do not go together.
            UnsupportedParameterError: the provider cannot do what is asked.
        """
        if self.closed:
            raise ClosedError("the client is closed")
        if not isinstance(request, ChatCompletionRequest):
            raise InvalidRequestError(
                f"must be a ChatCompletionRequest, not {type(request).__name__}", field="request"
            )
        target = self.target(request.model)
        adjust = Adjuster(
            request.unsupported or self._unsupported,
            provider=target.provider.name,
            model=target.model,
        )
        headers = {"User-Agent": USER_AGENT, **target.provider.headers}
        endpoint = Endpoint(target.base_url, target.model, headers, adjust, target.query)
        http = target.adapter.build(request, endpoint, stream=stream)
        return Call(request, target, http, request.timeout or self._timeout, self._retry, adjust)
