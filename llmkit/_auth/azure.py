"""Microsoft Entra ID, by azure-identity.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError, LLMKitError, RequestNotSentError
from .bearer import Token, TokenCache, bearer_of, with_bearer

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from .._http import HttpRequest

SCOPE: Final = "https://cognitiveservices.azure.com/.default"

_HOW: Final = "run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"


class AzureCredentials:
    """A token that was found, else a managed identity, a service principal or a user.

    The latter are looked for, in the order of azure-identity's `DefaultAzureCredential`, when
    the first request is signed.

    Args:
        scope: what the token shall be good for; Azure OpenAI by default.
        token: a token that was found, instead of asking for one.
        places: not used.

    Raises:
        ImportError: azure-identity is not installed, and there is no token.
    """

    def __init__(
        self,
        *,
        scope: str | None = None,
        token: str | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        if token is None:
            import azure.identity  # noqa: F401  # not at a call, where it is too late
        self._scope = scope or SCOPE
        self._given = token
        self._tokens = TokenCache(self._fetch)
        self._found: TokenCredential | None = None

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
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from azure.identity import DefaultAzureCredential

        failure: LLMKitError
        try:
            if self._found is None:
                self._found = DefaultAzureCredential()
            token = self._found.get_token(self._scope)
        except ClientAuthenticationError as error:
            failure = ConfigurationError(f"no Microsoft Entra ID token: {_said(error)}; {_HOW}")
        except (AzureError, OSError) as error:
            failure = RequestNotSentError(f"Microsoft Entra ID: {_said(error)}")
        except ValueError as error:  # a variable such as AZURE_TENANT_ID that cannot be right
            failure = ConfigurationError(f"Microsoft Entra ID: {_said(error)}")
        else:
            return Token(token.token, float(token.expires_on))
        # Not with Azure's error as its cause: that holds the whole answer.
        raise failure


def _said(error: Exception) -> str:
    """The first line of what the library says."""
    return str(error).partition("\n")[0][:300]
