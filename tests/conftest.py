"""The tests see nothing of the machine's own keys, settings and proxies."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

_LEAKS = re.compile(
    r".*_(API_KEY|API_TOKEN|ACCESS_TOKEN|BASE_URL|CA_BUNDLE)|LLMKIT_.*"
    r"|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|NETRC",
    re.IGNORECASE,
)
_OURS = {
    *("LLMKIT_EXCHANGES", "LLMKIT_AIMOCK"),
    *("LLMKIT_LLAMA", "LLMKIT_LLAMA_KEYED", "LLMKIT_LLAMA_KEY"),
}
"""Where the tests themselves find recordings and servers."""


@pytest.fixture(autouse=True, scope="session")
def _hermetic_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if _LEAKS.fullmatch(name)]:
            if name not in _OURS:
                patch.delenv(name)
        # Where a netrc of the user's own is found.
        patch.setenv("HOME", str(home))
        yield
