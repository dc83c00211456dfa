"""requests and orjson, by hand."""

from __future__ import annotations

from typing import NamedTuple

import orjson
import requests
from requests.adapters import HTTPAdapter

from . import Setup, Take, Told
from .raw_form import FORMS, Form, read_events


class Client(NamedTuple):
    """A session, and what is said over it."""

    session: requests.Session
    form: Form
    setup: Setup


def make_client(setup: Setup) -> Client:
    """A client."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=16))
    return Client(session, FORMS[setup.wire], setup)


def _post(client: Client, stream: bool) -> requests.Response:
    form = client.form
    return client.session.post(
        client.setup.url + form.path(stream),
        data=orjson.dumps(form.body(client.setup, stream)),
        headers=form.headers,
        stream=stream,
    )


def call(client: Client) -> Told:
    """Ask."""
    return client.form.told(orjson.loads(_post(client, stream=False).content))


def stream(client: Client, take: Take) -> int | None:
    """Ask for a stream."""
    response, rest, tokens = _post(client, stream=True), b"", None
    # Not iter_content: it holds back what has come until its buffer is full.
    while data := response.raw.read1(65536):
        rest, told = read_events(client.form, rest, data, take)
        tokens = tokens if told is None else told
    response.close()
    return tokens
