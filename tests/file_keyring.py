"""A keyring that keeps its keys in a file: what an OS keyring is to the library `keyring`.

`PYTHON_KEYRING_BACKEND=file_keyring.FileKeyring` makes the library take it, in any program.
https://keyring.readthedocs.io/en/latest/#writing-your-own-keyring-backends
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

BACKEND = "file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """Keeps keys in the file that `KEYRING_FILE` names, and writes down each look-up.

    Args:
        path: the file; by default, what `KEYRING_FILE` names.
        locked: every look-up fails, as where the owner does not unlock it.
        wait: how many seconds a look-up takes.
    """

    priority = 1

    def __init__(self, path: Path | None = None, *, locked: bool = False, wait: float = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.path = path or Path(os.environ.get("KEYRING_FILE", "no-keyring.json"))
        self.locked = locked
        self.wait = wait
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append((service, username))
        time.sleep(self.wait)
        if self.locked:
            raise KeyringLocked("Failed to unlock the collection!")
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringError(f"cannot keep {password!r}")
        self._keep({**self._kept(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("Password not found")
        self._keep(kept)

    def _kept(self) -> dict[str, str]:
        if not self.path.is_file():
            return {}
        kept: dict[str, str] = json.loads(self.path.read_text(encoding="utf-8"))
        return kept

    def _keep(self, kept: dict[str, str]) -> None:
        self.path.write_text(json.dumps(kept), encoding="utf-8")
