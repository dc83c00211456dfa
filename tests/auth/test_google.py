"""Google's application default credentials, with token servers on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llmkit import ConfigurationError, RequestNotSentError
from llmkit._auth import Credentials, credentials_for
from llmkit._http import HttpRequest

pytest.importorskip("google.auth")

from .token_server import TokenServer

REQUEST = HttpRequest("POST", "https://example.com/v1/projects/{project}/m", {"X-A": "b"}, b"{}")


def sync(credentials: Credentials, request: HttpRequest = REQUEST) -> HttpRequest:
    """The request, signed in the one colour."""
    return credentials.authorize(request)


def awaited(credentials: Credentials, request: HttpRequest = REQUEST) -> HttpRequest:
    """The request, signed in the other."""
    return asyncio.run(credentials.aauthorize(request))


both = pytest.mark.parametrize("sign", [sync, awaited])
Sign = Callable[[Credentials], HttpRequest]


@both
def test_a_service_account_signs(sign: Sign, account: Path, server: TokenServer) -> None:
    """A token goes on the request, and the account's project in its open address."""
    signed = sign(credentials_for("google"))
    assert signed.headers == {"X-A": "b", "Authorization": "Bearer token-1"}
    assert signed.url == "https://example.com/v1/projects/account-project/m"
    assert signed.body == REQUEST.body
    assert server.paths == ["/token"]


def test_a_token_is_kept_for_both_colours(account: Path, server: TokenServer) -> None:
    """It is fetched once."""
    credentials = credentials_for("google")
    assert sync(credentials).headers == awaited(credentials).headers == sync(credentials).headers
    assert server.paths == ["/token"]


def test_many_fetch_one_token(account: Path, server: TokenServer) -> None:
    """Threads that ask at once, and the tasks of an event loop."""
    server.delay = 0.05
    credentials = credentials_for("google")
    with ThreadPoolExecutor(10) as pool:
        signed = list(pool.map(lambda _: sync(credentials), range(10)))
    assert {each.headers["Authorization"] for each in signed} == {"Bearer token-1"}
    other = credentials_for("google")

    async def tasks() -> list[HttpRequest]:
        return list(await asyncio.gather(*(other.aauthorize(REQUEST) for _ in range(10))))

    assert {each.headers["Authorization"] for each in asyncio.run(tasks())} == {"Bearer token-2"}
    assert len(server.paths) == 2


@both
def test_a_token_is_replaced_before_it_ends(sign: Sign, account: Path, server: TokenServer) -> None:
    """One with a minute left is too near to its end."""
    server.lifetime = 60
    credentials = credentials_for("google")
    sign(credentials)
    assert sign(credentials).headers["Authorization"] == "Bearer token-2"


@both
def test_a_refused_token_is_not_used_again(sign: Sign, account: Path, server: TokenServer) -> None:
    """Another is fetched, once, however many are told that the first one ended."""
    credentials = credentials_for("google")
    refused = sign(credentials)
    assert credentials.renew(refused)
    assert sign(credentials).headers["Authorization"] == "Bearer token-2"
    assert credentials.renew(refused)
    assert sign(credentials).headers["Authorization"] == "Bearer token-2"


def test_the_machine_in_googles_cloud(tmp_path: Path, server: TokenServer) -> None:
    """Its metadata server tells token and project."""
    program = (
        "from llmkit._auth import credentials_for\nfrom llmkit._http import HttpRequest\n"
        "signed = credentials_for('google').authorize("
        "HttpRequest('POST', 'https://example.com/{project}', {}))\n"
        "print(signed.url, signed.headers['Authorization'])"
    )
    # The library reads these variables when it is loaded: a program of its own.
    environment = {
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        **dict.fromkeys(("GCE_METADATA_HOST", "GCE_METADATA_IP"), server.host),
        "CLOUDSDK_CONFIG": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    url, _, token = done.stdout.split()
    assert url == "https://example.com/machine-project"
    assert token.startswith("token-")


@both
@pytest.mark.usefixtures("nothing")
def test_no_credentials_at_all(sign: Sign) -> None:
    """The error says how to come by some."""
    with pytest.raises(ConfigurationError, match="gcloud auth application-default login"):
        sign(credentials_for("google"))


@both
def test_credentials_that_are_refused(sign: Sign, account: Path, server: TokenServer) -> None:
    """An error of llmkit's own, without the account's secrets, and without a cause with them."""
    server.status = 400
    with pytest.raises(ConfigurationError, match=r"are refused: .*invalid_grant") as caught:
        sign(credentials_for("google"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "PRIVATE KEY" not in str(caught.value)


@both
def test_a_token_server_that_cannot_be_reached(
    sign: Sign, account: Path, server: TokenServer
) -> None:
    """Nothing of the request has left: it may be tried again."""
    told = json.loads(account.read_text())
    account.write_text(json.dumps({**told, "token_uri": "http://127.0.0.1:9/token"}))
    with pytest.raises(RequestNotSentError, match="token server"):
        sign(credentials_for("google"))


def test_a_file_that_is_none(account: Path) -> None:
    """A missing file, and one of another kind."""
    account.write_text("{}")
    with pytest.raises(ConfigurationError, match="no Google credentials"):
        sync(credentials_for("google"))
    account.unlink()
    with pytest.raises(ConfigurationError, match=r"no Google credentials.*account\.json"):
        sync(credentials_for("google"))


def test_nothing_shows_a_token(account: Path) -> None:
    """Neither the credentials nor the signed request."""
    credentials = credentials_for("google")
    signed = sync(credentials)
    assert "token-1" not in repr(credentials) + repr(signed) + str(vars(credentials))


@pytest.mark.parametrize(
    ("name", "module"), [("google", "google.auth"), ("azure", "azure.identity")]
)
def test_a_missing_library_is_named(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it, and before anything is sent."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"llmkit._auth.{name}", raising=False)
    with pytest.raises(ConfigurationError, match=rf"pip install 'llmkit\[{name}\]'"):
        credentials_for(name)  # type: ignore[arg-type]


def test_there_are_no_others() -> None:
    """The error names those that there are."""
    with pytest.raises(ConfigurationError, match="known are aws, google, azure"):
        credentials_for("gogle")  # type: ignore[arg-type]
