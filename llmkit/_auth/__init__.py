"""What signs a request where no key does: AWS, Google Cloud, Microsoft Entra ID, IBM Cloud.

The clouds' own libraries are extras, and are loaded once a request is to be signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http import HttpRequest

CredentialsName = Literal["aws", "google", "azure", "ibm"]
"""Whose credentials sign."""

CREDENTIALS: Final[Mapping[str, tuple[str, str, str]]] = {
    "aws": ("sigv4", "AwsCredentials", "bedrock"),
    "google": ("google", "GoogleCredentials", "google"),
    "azure": ("azure", "AzureCredentials", "azure"),
    "ibm": ("ibm", "IbmCredentials", "watsonx"),
}
"""The credentials by name: the file that has them, their class, and the extra they need."""

KNOWN_PLACES: Final[Mapping[str, tuple[str, ...]]] = {"google": ("project",)}
"""The placeholders of an address that credentials fill themselves, where nobody else does."""

EXCHANGED: Final[frozenset[str]] = frozenset({"ibm"})
"""The credentials that take the provider's key and send a token instead of it."""


class Credentials(Protocol):
    """Puts on a request what its provider wants instead of a key. Safe to share by threads.

    Neither its repr nor its errors show a token.
    """

    def authorize(self, request: HttpRequest) -> HttpRequest:
        """*request*, signed now; a token is fetched when the last one is about to expire.

        Raises:
            ConfigurationError: there are no credentials, or they are refused.
            RequestNotSentError: whoever gives the tokens cannot be reached.
        """

    async def aauthorize(self, request: HttpRequest) -> HttpRequest:
        """`authorize`, without blocking the event loop."""

    def renew(self, refused: HttpRequest) -> bool:
        """The provider has refused what stood on *refused*: that is not to be used again.

        Returns:
            Whether another may be had.
        """


def credentials_for(
    name: CredentialsName,
    *,
    scope: str | None = None,
    token: str | None = None,
    places: Mapping[str, str] | None = None,
    key: str | None = None,
) -> Credentials:
    """The credentials *name*, which look for what they need when the first request is signed.

    Args:
        name: whose.
        scope: what the token shall be good for; of "aws", the service that is signed for; of
            "ibm", where tokens are given.
        token: a token that was found, instead of asking for one.
        places: the placeholders of the address and their values, such as AWS's region.
        key: the provider's key, for those that exchange it.

    Raises:
        ConfigurationError: there are none of that name, or their library is not installed.
    """
    if name not in CREDENTIALS:
        known = ", ".join(CREDENTIALS)
        raise ConfigurationError(f"there are no credentials {name!r}; known are {known}")
    module, kind, extra = CREDENTIALS[name]
    try:
        make = cast(
            "Callable[..., Credentials]", getattr(import_module(f".{module}", __name__), kind)
        )
        given = {"key": key} if name in EXCHANGED else {}
        return make(scope=scope, token=token, places=places or {}, **given)
    except ImportError:
        pass
    raise ConfigurationError(
        f"the credentials of {name!r} need a library that is not installed: "
        f"pip install 'llmkit[{extra}]'"
    )
