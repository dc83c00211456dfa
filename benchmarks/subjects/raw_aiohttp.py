"""aiohttp and orjson, by hand."""

from __future__ import annotations

from typing import NamedTuple

import aiohttp
import orjson

from . import Setup, Take, Told
from .raw_form import FORMS, Form, read_events


class Client(NamedTuple):
    """A session, and what is said over it."""

    session: aiohttp.ClientSession
    form: Form
    setup: Setup


def make_client(setup: Setup) -> Client:
    """A client."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    )
    return Client(session, FORMS[setup.wire], setup)


async def acall(client: Client) -> Told:
    """Ask."""
    form = client.form
    async with client.session.post(
        client.setup.url + form.path(False),
        data=orjson.dumps(form.body(client.setup, False)),
        headers=form.headers,
    ) as response:
        return form.told(orjson.loads(await response.read()))


async def astream(client: Client, take: Take) -> int | None:
    """Ask for a stream."""
    form, rest, tokens = client.form, b"", None
    async with client.session.post(
        client.setup.url + form.path(True),
        data=orjson.dumps(form.body(client.setup, True)),
        headers=form.headers,
    ) as response:
        while data := await response.content.readany():
            rest, told = read_events(form, rest, data, take)
            tokens = tokens if told is None else told
    return tokens
