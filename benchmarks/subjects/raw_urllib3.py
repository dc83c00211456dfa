"""urllib3 and orjson, by hand."""

from __future__ import annotations

from typing import NamedTuple

import orjson
import urllib3

from . import Setup, Take, Told
from .raw_form import FORMS, Form, read_events


class Client(NamedTuple):
    """A pool of connections, and what is said over it."""

    pool: urllib3.PoolManager
    form: Form
    setup: Setup


def make_client(setup: Setup) -> Client:
    """A client."""
    return Client(urllib3.PoolManager(maxsize=16), FORMS[setup.wire], setup)


def _post(client: Client, stream: bool) -> urllib3.BaseHTTPResponse:
    form = client.form
    return client.pool.request(
        "POST",
        client.setup.url + form.path(stream),
        body=orjson.dumps(form.body(client.setup, stream)),
        headers=form.headers,
        preload_content=not stream,
    )


def call(client: Client) -> Told:
    """Ask."""
    return client.form.told(orjson.loads(_post(client, stream=False).data))


def stream(client: Client, take: Take) -> int | None:
    """Ask for a stream."""
    response, rest, tokens = _post(client, stream=True), b"", None
    while data := response.read1(65536):
        rest, told = read_events(client.form, rest, data, take)
        tokens = tokens if told is None else told
    response.release_conn()
    return tokens
