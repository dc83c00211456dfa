"""A private CA, as the transports' tests have it."""

from __future__ import annotations

from transports.conftest import authority

__all__ = ["authority"]
