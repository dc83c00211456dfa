"""AWS credentials, by botocore: each request signed by Signature Version 4.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from attrs import evolve

from ..errors import ConfigurationError, LLMKitError, RequestNotSentError
from .bearer import with_bearer

if TYPE_CHECKING:
    from .._http import HttpRequest

SERVICE: Final = "bedrock"

_REGION: Final = re.compile(r"\.([a-z]{2,3}(?:-[a-z]+){1,2}-\d+)\.")
"""A region among the labels of a host: `bedrock-runtime.us-gov-west-1.amazonaws.com`."""

_FIXED: Final = ("env", "explicit", "config-file", "shared-credentials-file")
"""What botocore calls the places whose keys stay as they are."""

_HOW: Final = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; "
    "or AWS_BEARER_TOKEN_BEDROCK for an API key of Bedrock's own"
)


class _Keys(Protocol):
    """botocore's credentials at one moment."""

    access_key: str


class _Source(Protocol):
    """botocore's credentials, which renew themselves."""

    method: str

    def get_frozen_credentials(self) -> _Keys: ...


class _Session(Protocol):
    """As much of botocore's session as is used here."""

    def get_credentials(self) -> _Source | None: ...

    def get_config_variable(self, name: str) -> str | None: ...


class AwsCredentials:
    """Whatever credentials AWS's own tools would use here.

    They are looked for when the first request is signed: in the environment, the shared files,
    a profile, single sign-on, the container's and the machine's role. Those that end are renewed
    in time, once for all threads. The region is the one that the request's host names; else
    that of `places`, of the environment, of the profile.

    Args:
        scope: the service that is signed for; Bedrock by default.
        token: an API key that was found: nothing is signed then.
        places: the placeholders of the address, "region" perhaps among them.

    Raises:
        ImportError: botocore is not installed, and there is no token.
    """

    def __init__(
        self,
        *,
        scope: str | None = None,
        token: str | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        if token is None:
            import botocore  # type: ignore[import-untyped]  # noqa: F401  # at a call it is too late
        self._service = scope or SERVICE
        self._given = token
        self._region = (places or {}).get("region")
        self._session: _Session | None = None
        self._source: _Source | None = None
        self._lock = Lock()

    def authorize(self, request: HttpRequest) -> HttpRequest:
        """*request*, signed now."""
        if self._given is not None:
            return with_bearer(request, self._given)
        from botocore.exceptions import (  # type: ignore[import-untyped]
            BotoCoreError,
            ClientError,
            HTTPClientError,
        )

        failure: LLMKitError
        try:
            return self._signed(request)
        except HTTPClientError as error:
            failure = RequestNotSentError(f"AWS credentials: {_said(error)}")
        except (BotoCoreError, ClientError) as error:
            failure = ConfigurationError(f"AWS credentials: {_said(error)}")
        # Not with botocore's error as its cause: that may hold an answer with keys in it.
        raise failure

    async def aauthorize(self, request: HttpRequest) -> HttpRequest:
        """`authorize`, in a thread: credentials may come over the network."""
        return await asyncio.to_thread(self.authorize, request)

    def renew(self, refused: HttpRequest) -> bool:
        """Look for credentials anew, unless those that were refused cannot change."""
        with self._lock:
            source = self._source
            if source is None or source.method in _FIXED:
                return False
            self._session = self._source = None
            return True

    def _signed(self, request: HttpRequest) -> HttpRequest:
        from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
        from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]

        keys = self._found().get_frozen_credentials()
        signed = AWSRequest(request.method, request.url, dict(request.headers), request.body)
        SigV4Auth(keys, self._service, self._region_of(request.url)).add_auth(signed)
        return evolve(request, headers=dict(signed.headers.items()))

    def _found(self) -> _Source:
        with self._lock:
            if self._source is None:
                self._source = self._begun().get_credentials()
            if self._source is None:
                raise ConfigurationError(f"no AWS credentials: {_HOW}")
            return self._source

    def _begun(self) -> _Session:
        """Under the lock: the session, which is not safe to share by itself."""
        if self._session is None:
            from botocore.session import Session  # type: ignore[import-untyped]

            # botocore alone does not know the name that all of AWS's other tools use.
            variables = ["AWS_REGION", "AWS_DEFAULT_REGION"]
            self._session = Session({"region": ("region", variables, None, None)})
        return self._session

    def _region_of(self, url: str) -> str:
        # Who answers there checks the signature by its own region, whatever is set elsewhere.
        named = _REGION.search(urlsplit(url).hostname or "")
        if named:
            return named[1]
        if self._region:
            return self._region
        with self._lock:
            region = self._begun().get_config_variable("region")
        if not region:
            raise ConfigurationError("no AWS region: set AWS_REGION")
        return region


def _said(error: Exception) -> str:
    """The first line of what the library says."""
    return str(error).partition("\n")[0][:300]
