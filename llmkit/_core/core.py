"""A client's settings, and the calls that are made under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from .._auth import EXCHANGED, Credentials
from .._bounds import BOUNDS, Bounds
from .._http import Timeout
from .._models.adjustments import UNSUPPORTED, Adjuster, Unsupported
from .._models.request import ChatCompletionRequest
from .._redaction import secrets_of
from .._retry import RetryPolicy
from ..adapters._base import Endpoint
from ..errors import ClosedError, ConfigurationError, InvalidRequestError
from ..providers.keys import (
    Address,
    KeyringKey,
    address_of,
    check_open,
    credentials_of,
    key_or_keyring,
    resolve_key,
)
from ..providers.loader import find, get
from ..providers.media import check_media
from ..providers.placeholders import check_given
from ..providers.provider import Provider
from .call import Key, Target, Unpicklable
from .chat_call import ChatCall
from .plain_http import PlainHosts

if TYPE_CHECKING:
    from .list_call import ListCall
    from .reask import Asking
    from .tool_calls import LoopOptions
    from .tool_loop import ToolLoop

T = TypeVar("T")


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
        bounds: Bounds | None = None,
        placeholders: Mapping[str, str] | None = None,
        keyring: bool = False,
    ) -> None:
        if unsupported not in UNSUPPORTED:
            told = ", ".join(UNSUPPORTED)
            raise ConfigurationError(f"unsupported must be one of {told}, not {unsupported!r}")
        self._model = model
        self._key = api_key
        self._base_url = base_url
        self._keyring = keyring
        self._keyring_keys: dict[str, KeyringKey] = {}
        self._given: dict[str, Provider] = {}
        for given in (*providers, *([provider] if isinstance(provider, Provider) else [])):
            self._given.update(dict.fromkeys((*given.aliases, given.name), given))
        self._timeout = Timeout() if timeout is None else Timeout.of(timeout)
        self._retry = retry or RetryPolicy()
        self.bounds = BOUNDS if bounds is None else bounds
        self._unsupported: Unsupported = unsupported
        self._targets: dict[str, Target] = {}
        self._credentials: dict[str, Credentials] = {}
        self._own_is_chosen = True
        self.own = self._own_provider(provider)
        self._placeholders = dict(placeholders or {})
        check_given(self.own, self._placeholders)
        self._plain = PlainHosts()
        self.closed = False

    def _own_provider(self, provider: str | Provider | None) -> Provider:
        if isinstance(provider, Provider):
            return provider
        if provider is not None:
            return self._given.get(provider) or get(provider)
        named = self._find((self._model or "").partition("/")[0]) if self._model else None
        self._own_is_chosen = named is not None
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
        if not {".", ".."}.isdisjoint(name.split("/")):
            # Some wires have the model in the path, where such a step would leave it.
            raise ConfigurationError(f"{provider.name}: no model's name has '.' or '..' as a step")
        return self._target(provider, name)

    def _target(self, provider: Provider, model: str) -> Target:
        try:
            return self._found(provider, model)
        except ConfigurationError as error:
            # Without the frames below, whose local variables have the key that was refused.
            error.__traceback__ = None
            raise

    def _found(self, provider: Provider, model: str) -> Target:
        own = provider.name == self.own.name
        if self._base_url is not None and not own and not self._own_is_chosen:
            raise ConfigurationError(
                f"base_url is the address of the client's own provider, which is {self.own.name} "
                f"where nobody names one, and not {provider.name}: give the client "
                f"provider={provider.name!r}, or a default model"
            )
        check_open(provider, self._base_url if own else None)
        given = self._key if own and self._key is not None else None
        key = given if callable(given) else self._resolved_key(provider, given)
        # A function is taken to give what is sent, so that its keys are not exchanged.
        exchanged = key if isinstance(key, str) and provider.credentials in EXCHANGED else None
        if exchanged is not None:
            key = None
        signed = key is None and provider.credentials is not None
        address = address_of(
            provider,
            self._base_url if own else None,
            self._placeholders if own else None,
            signed=signed,
        )
        credentials = self._credentials_of(provider, address, exchanged) if signed else None
        target = Target(
            provider,
            provider.adapter(model),
            model,
            address.base_url,
            key,
            address.query,
            address.body,
            credentials,
        )
        # Some have the key in their path.
        target.saw(secrets_of(address.places))
        return target

    def _resolved_key(self, provider: Provider, given: str | None) -> str | KeyringKey | None:
        if not self._keyring:
            return resolve_key(provider, given)
        key = key_or_keyring(provider, given)
        if isinstance(key, KeyringKey):  # one for all models: it keeps what it was told
            return self._keyring_keys.setdefault(provider.name, key)
        return key

    def _credentials_of(
        self, provider: Provider, address: Address, key: str | None
    ) -> Credentials | None:
        """One object for all models and threads: it keeps the token."""
        found = self._credentials.get(provider.name) or credentials_of(provider, address, key)
        return None if found is None else self._credentials.setdefault(provider.name, found)

    def call(self, request: ChatCompletionRequest[T], *, stream: bool) -> ChatCall[T]:
        """A call of *request*, built and ready to be sent.

        Raises:
            ClosedError: the client is closed.
            ConfigurationError: there is no such provider, or no key for it.
            InvalidRequestError: the request's values do not go together.
            UnsupportedParameterError: the provider cannot do what is asked.
        """
        self._check_open()
        _check_request(request)
        target = self._targets.get(request.model) or self.target(request.model)
        adjust = Adjuster(
            request.unsupported or self._unsupported,
            provider=target.provider.name,
            model=target.model,
            messages=request.messages,
        )
        check_media(request.messages, target.provider.media, target.provider.name)
        http = target.adapter.build(request, _endpoint(target, adjust), stream=stream)
        if not http.url.startswith("https:"):
            self._plain.check(target, http)
        limits = request.timeout or self._timeout
        return ChatCall(request, target, http, limits, self._retry, adjust, self.bounds)

    def list_call(self, provider: str | None, timeout: Timeout | float | None) -> ListCall:
        """A call of the list of *provider*'s models, or of the own one's, ready to be sent.

        Raises:
            ClosedError: the client is closed.
            ConfigurationError: there is no such provider, no key for it, or no list of its
                models.
        """
        from .list_call import ListCall, way_to_list  # few ask for a list

        self._check_open()
        asked = self.own if provider is None else self._given.get(provider) or get(provider)
        way = way_to_list(asked)
        target = self._target(asked, "")
        limits = self._timeout if timeout is None else Timeout.of(timeout)
        endpoint = _endpoint(target, Adjuster())
        call = ListCall(way, target, endpoint, limits, self._retry, self.bounds)
        http = call.http(None)
        if not http.url.startswith("https:"):
            self._plain.check(target, http)
        return call

    def tool_loop(self, request: ChatCompletionRequest[T], options: LoopOptions) -> ToolLoop[T]:
        """A loop of tool calls that begins with *request*.

        Raises:
            ClosedError: the client is closed.
            ConfigurationError: there is no such provider, or no key for it.
            InvalidRequestError: a value cannot be right; the error names it.
        """
        from .tool_loop import ToolLoop  # with inspect, which only functions need

        self._check_open()
        _check_request(request)
        target = self.target(request.model)
        said = secrets_of(request.extra_headers)

        def secrets() -> tuple[str, ...]:
            return (*target.all_secrets(), *said)

        return ToolLoop(request, options, request.timeout or self._timeout, secrets)

    def asking(
        self, request: ChatCompletionRequest[object], target: type[T] | None, retries: int
    ) -> Asking[T]:
        """A request for a value, which may be asked more than once.

        Raises:
            InvalidRequestError: a value cannot be right; the error names it.
        """
        from .reask import Asking  # with what parses answers

        _check_request(request)
        return Asking(request, target, retries)

    def _check_open(self) -> None:
        if self.closed:
            raise ClosedError("the client is closed")


def _check_request(request: object) -> None:
    if not isinstance(request, ChatCompletionRequest):
        raise InvalidRequestError(
            f"must be a ChatCompletionRequest, not {type(request).__name__}", field="request"
        )


def _endpoint(target: Target, adjust: Adjuster) -> Endpoint:
    return Endpoint(
        target.base_url, target.model, target.headers, adjust, target.query, target.body
    )
