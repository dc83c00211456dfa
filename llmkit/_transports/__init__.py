"""Transports: bytes out, bytes in, one file per HTTP library, nothing about models.

`sync_requests` (requests; its sockets are in `sync_connections`, how it reads in
`sync_answer`, its deadlines in `watchdog`) and
`async_aiohttp` (aiohttp) do the same in both colours, so all that can be shared is:
`environment` (proxies, CA bundle), `outgoing` (what is sent), `coding` (what comes back
compressed), `exchange` (one call, its limits and failures) and `failures` (what errors say). A
library is imported when a client of its colour is made, never before.
"""
