"""Stands between the driver of Amazon Redshift and PostgreSQL, and translates what the driver says."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.redshift.rewrite import translate

_Change = Callable[[bytes, bytes], bytes]

_LENGTH = struct.Struct("!I")
_SSL_REQUEST = 80877103
_PROTOCOL_3 = 196608
# PostgreSQL refuses the driver's other parameters of the start-up message.
_STARTUP_PARAMETERS = ("user", "database", "application_name")
# The version of PostgreSQL that Amazon Redshift says it is.
_SERVER_VERSION = b"8.0.2"


@contextmanager
def proxy(socket_dir: Path) -> Iterator[int]:
    """A proxy before the server in `socket_dir`; gives the port of 127.0.0.1 that it listens on."""
    loop = asyncio.new_event_loop()
    upstream = str(socket_dir / ".s.PGSQL.5432")
    server = loop.run_until_complete(
        asyncio.start_server(lambda r, w: _serve(r, w, upstream), "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever, name="redshift-proxy", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.wait([task]))
        loop.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: str) -> None:
    try:
        startup = await _startup(reader, writer)
        server_reader, server_writer = await asyncio.open_unix_connection(upstream)
        server_writer.write(startup)
        both = [
            asyncio.ensure_future(_forward(reader, server_writer, _from_client)),
            asyncio.ensure_future(_forward(server_reader, writer, _from_server)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            server_writer.close()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        pass  # the client hung up, or the stand-in ends
    finally:
        writer.close()


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The start-up message as PostgreSQL takes it."""
    while True:
        (length,) = _LENGTH.unpack(await reader.readexactly(4))
        body = await reader.readexactly(length - 4)
        if _LENGTH.unpack_from(body)[0] != _SSL_REQUEST:
            break
        writer.write(b"N")
    texts = [text.decode() for text in body[4:].split(b"\0")]
    given = dict(zip(texts[::2], texts[1::2], strict=False))
    kept = [(name, given[name]) for name in _STARTUP_PARAMETERS if name in given]
    parameters = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in kept)
    return _LENGTH.pack(len(parameters) + 9) + _LENGTH.pack(_PROTOCOL_3) + parameters + b"\0"


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: _Change) -> None:
    """Passes messages on, changed, until one side hangs up."""
    while True:
        kind = await reader.readexactly(1)
        (length,) = _LENGTH.unpack(await reader.readexactly(4))
        body = change(kind, await reader.readexactly(length - 4))
        writer.write(kind + _LENGTH.pack(len(body) + 4) + body)
        await writer.drain()


def _from_client(kind: bytes, body: bytes) -> bytes:
    """Parse and Query messages carry statements."""
    if kind == b"P":
        name, sql, rest = body.split(b"\0", 2)
        return name + b"\0" + translate(sql.decode()).encode() + b"\0" + rest
    if kind == b"Q":
        return translate(body[:-1].decode()).encode() + b"\0"
    return body


def _from_server(kind: bytes, body: bytes) -> bytes:
    if kind == b"S" and body.startswith(b"server_version\0"):
        return b"server_version\0" + _SERVER_VERSION + b"\0"
    return body
