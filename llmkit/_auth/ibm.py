"""IBM Cloud's access tokens, by ibm-cloud-sdk-core: an API key is exchanged for one.

Source: https://cloud.ibm.com/docs/account?topic=account-iamtoken_from_apikey
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError, LLMKitError, RequestNotSentError
from .bearer import Token, TokenCache, bearer_of, with_bearer

if TYPE_CHECKING:
    from .._http import HttpRequest

TOKEN_SERVER: Final = "https://iam.cloud.ibm.com"

TOKEN_TIMEOUT: Final = 30.0
"""How many seconds IBM's token server has to answer; the library's own limit is 60."""


class IbmCredentials:
    """A token that was found, else one that is given for an API key.

    A token holds for an hour; it is kept, and the next one is fetched in time.

    Args:
        scope: where tokens are given, where that is not the public cloud.
        token: a token that was found, instead of asking for one.
        places: not used.
        key: the API key.

    Raises:
        ImportError: ibm-cloud-sdk-core is not installed, and there is no token.
    """

    def __init__(
        self,
        *,
        scope: str | None = None,
        token: str | None = None,
        places: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> None:
        # What was given for this client comes before what the environment has for all.
        self._given = token if key is None else None
        if self._given is None:
            import ibm_cloud_sdk_core  # type: ignore[import-untyped]  # noqa: F401  # not at a call
        self._server = scope or TOKEN_SERVER
        self._key = key
        self._tokens = TokenCache(self._fetch)

    def authorize(self, request: HttpRequest) -> HttpRequest:
        """*request* with a token on it."""
        return with_bearer(request, self._given or self._tokens.get())

    async def aauthorize(self, request: HttpRequest) -> HttpRequest:
        """`authorize`, awaited."""
        return with_bearer(request, self._given or await self._tokens.aget())

    def renew(self, refused: HttpRequest) -> bool:
        """Forget the token that was refused."""
        self._tokens.drop(bearer_of(refused))
        return self._given is None

    def _fetch(self) -> Token:
        from ibm_cloud_sdk_core import ApiException, IAMTokenManager

        key = self._key
        if key is None:
            raise ConfigurationError("no IBM Cloud API key to get a token for")
        failure: LLMKitError
        try:
            server = IAMTokenManager(key, url=self._server)
            server.http_config = {"timeout": TOKEN_TIMEOUT}
            # Not `get_token`: that decodes the token, and this cache has a clock of its own.
            answer = server.request_token()
            end = answer.get("expiration") or time.time() + answer["expires_in"]
            return Token(str(answer["access_token"]), float(end))
        except ApiException as error:
            said = _said(str(error.message), key)
            if error.status_code == 429 or error.status_code >= 500:
                failure = RequestNotSentError(f"IBM Cloud's token server: {said}")
            else:
                failure = ConfigurationError(f"the IBM Cloud API key is refused: {said}")
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
            failure = RequestNotSentError(f"IBM Cloud's token server: {_said(str(error), key)}")
        # Not with IBM's error as its cause: that holds the request, and the key in it.
        raise failure


def _said(text: str, key: str) -> str:
    """The first line of what the library says, without the key."""
    return text.partition("\n")[0][:300].replace(key, "***")
