"""Token servers, and who is known to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .token_server import TokenServer, giving_tokens


@pytest.fixture(scope="session")
def key() -> str:
    """A service account's private key."""
    pytest.importorskip("google.auth")
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    made = generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def server() -> Iterator[TokenServer]:
    """A token server."""
    with giving_tokens() as server:
        yield server


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without credentials, and outside of Google's cloud."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))  # no gcloud
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture
def account(
    nothing: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    server: TokenServer,
    key: str,
) -> Path:
    """A service account's file, which the environment names."""
    path = tmp_path / "account.json"
    told = {
        "type": "service_account",
        "project_id": "account-project",
        "private_key_id": "1",
        "private_key": key,
        "client_email": "someone@account-project.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{server.url}/token",
    }
    path.write_text(json.dumps(told))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return path
