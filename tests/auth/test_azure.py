"""Microsoft Entra ID, with the managed identity of a server on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

from llmkit import ConfigurationError
from llmkit._auth import Credentials, credentials_for
from llmkit._http import HttpRequest

pytest.importorskip("azure.identity")

from .token_server import TokenServer, giving_tokens

REQUEST = HttpRequest("POST", "https://example.openai.azure.com/openai/v1", {"X-A": "b"}, b"{}")


def sync(credentials: Credentials) -> HttpRequest:
    """The request, signed in the one colour."""
    return credentials.authorize(REQUEST)


def awaited(credentials: Credentials) -> HttpRequest:
    """The request, signed in the other."""
    return asyncio.run(credentials.aauthorize(REQUEST))


both = pytest.mark.parametrize("sign", [sync, awaited])
Sign = Callable[[Credentials], HttpRequest]


@pytest.fixture(autouse=True)
def _nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without credentials."""
    for name in os.environ:
        if name.startswith(("AZURE_", "IDENTITY_", "MSI_", "IMDS_")):
            monkeypatch.delenv(name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """A managed identity, as App Service gives one to its programs."""
    with giving_tokens() as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "sesame")
        yield server


@both
def test_a_managed_identity_signs(sign: Sign, server: TokenServer) -> None:
    """The token is for Azure OpenAI, and is kept."""
    credentials = credentials_for("azure")
    signed = sign(credentials)
    assert signed.headers == {"X-A": "b", "Authorization": "Bearer token-1"}
    assert sign(credentials).headers == signed.headers
    (path,) = server.paths
    assert "cognitiveservices.azure.com" in path
    assert "token-1" not in repr(credentials) + repr(signed) + str(vars(credentials))


def test_another_scope(server: TokenServer) -> None:
    """Foundry's tokens are for another service."""
    sync(credentials_for("azure", scope="https://ai.azure.com/.default"))
    assert "ai.azure.com" in server.paths[0]


@both
def test_a_token_that_was_found(sign: Sign, server: TokenServer) -> None:
    """It is sent as it is; nobody is asked, and there is no other when it is refused."""
    credentials = credentials_for("azure", token="given")
    signed = sign(credentials)
    assert signed.headers["Authorization"] == "Bearer given"
    assert not credentials.renew(signed)
    assert server.paths == []


@both
def test_no_credentials_at_all(sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to come by some."""
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="az login") as caught:
        sign(credentials_for("azure"))
    assert caught.value.__cause__ is None
