"""Providers: who can be asked, where they are, and what their keys are called.

A provider is a `Provider`: a frozen value, read from one TOML file or made in Python.

    >>> from llmkit import providers
    >>> providers.get("groq").base_url
    'https://api.groq.com/openai/v1'
    >>> "openai" in providers.names()
    True

This package is the only one that reads the environment, and it does so when asked: importing
it reads neither variables nor files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import Config, load_config
    from .keys import keyring_key
    from .loader import get, names
    from .media import MediaLimits
    from .models import ModelRule
    from .provider import HeaderAuth, Provider

__all__ = [
    "Config",
    "HeaderAuth",
    "MediaLimits",
    "ModelRule",
    "Provider",
    "get",
    "keyring_key",
    "load_config",
    "names",
]

_HOMES = {
    "Config": "config",
    "HeaderAuth": "provider",
    "MediaLimits": "media",
    "ModelRule": "models",
    "Provider": "provider",
    "get": "loader",
    "keyring_key": "keys",
    "load_config": "config",
    "names": "loader",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
