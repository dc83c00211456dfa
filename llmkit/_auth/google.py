"""Google Cloud's application default credentials, by google-auth.

Source: https://cloud.google.com/docs/authentication/application-default-credentials
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import google.auth
import google.auth.transport.requests
from attrs import evolve
from google.auth import exceptions

from ..errors import ConfigurationError, LLMKitError, RequestNotSentError
from .bearer import Token, TokenCache, bearer_of, with_bearer

if TYPE_CHECKING:
    from google.auth.credentials import Credentials as GoogleAuth

    from .._http import HttpRequest

SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"

TOKEN_TIMEOUT: Final = 30.0
"""How many seconds Google's token servers have to answer; google-auth's own limit is 120."""

_PROJECT: Final = "{project}"

_HOW: Final = (
    "run `gcloud auth application-default login`, or name a service account's file in "
    "GOOGLE_APPLICATION_CREDENTIALS"
)


class GoogleCredentials:
    """A service account, a user, or whatever the machine in Google's cloud is.

    They are looked for when the first request is signed. A request whose address has an open
    `{project}` gets the project that the credentials are of.

    Args:
        scope: what the token shall be good for; everything in the cloud by default.
        token: a token that was found, instead of asking for one.
        places: not used.
    """

    def __init__(
        self,
        *,
        scope: str | None = None,
        token: str | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self._scope = scope or SCOPE
        self._given = token
        self._tokens = TokenCache(self._fetch)
        self._found: GoogleAuth | None = None
        self._project: str | None = None

    def authorize(self, request: HttpRequest) -> HttpRequest:
        """*request* with a token on it, and the project in its address."""
        return self._signed(request, self._given or self._tokens.get())

    async def aauthorize(self, request: HttpRequest) -> HttpRequest:
        """`authorize`, awaited."""
        return self._signed(request, self._given or await self._tokens.aget())

    def renew(self, refused: HttpRequest) -> bool:
        """Forget the token that was refused."""
        self._tokens.drop(bearer_of(refused))
        return self._given is None

    def _signed(self, request: HttpRequest, token: str) -> HttpRequest:
        if _PROJECT in request.url:
            if not self._project:
                raise ConfigurationError(
                    "the Google credentials are of no project; set GOOGLE_CLOUD_PROJECT, or "
                    "give the client placeholders={'project': ...}"
                )
            project = quote(self._project, safe=":")
            request = evolve(request, url=request.url.replace(_PROJECT, project))
        # Whose quota a user's call counts against: https://cloud.google.com/docs/quotas/set-quota-project
        payer = getattr(self._found, "quota_project_id", None)
        more = {"x-goog-user-project": payer} if payer else {}
        return with_bearer(request, token, **more)

    def _fetch(self) -> Token:
        failure: LLMKitError
        try:
            if self._found is None:
                self._found, self._project = google.auth.default(scopes=[self._scope])
            transport = google.auth.transport.requests.Request()
            self._found.refresh(partial(transport, timeout=TOKEN_TIMEOUT))  # type: ignore[no-untyped-call]
        except (exceptions.TransportError, exceptions.TimeoutError) as error:
            failure = RequestNotSentError(f"Google's token server: {_said(error)}")
        except exceptions.DefaultCredentialsError as error:
            failure = ConfigurationError(f"no Google credentials: {_said(error)}; {_HOW}")
        except exceptions.GoogleAuthError as error:
            failure = ConfigurationError(f"the Google credentials are refused: {_said(error)}")
        else:
            expiry = self._found.expiry
            end = float("inf") if expiry is None else float(timegm(expiry.utctimetuple()))
            return Token(str(self._found.token), end)
        # Not with Google's error as its cause: that may hold the answer that it was made of.
        raise failure


def _said(error: Exception) -> str:
    """The first line of what the library says."""
    return str(error.args[0] if error.args else error).partition("\n")[0][:300]
