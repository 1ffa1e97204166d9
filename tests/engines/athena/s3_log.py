"""A relay in front of an S3 server that remembers what it was asked for."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass
from types import TracebackType

_REQUEST = re.compile(rb"(GET|HEAD|PUT|POST|DELETE) (/\S*) HTTP/1\.1\r\n")
# a request line that two pieces of the stream share is found in the second
_TAIL = 2048


@dataclass(frozen=True)
class S3Request:
    """A request: its method, and its path with bucket, key and parameters."""

    method: str
    path: str


class S3Log:
    """Passes bytes on unchanged; `requests` grows with every request line that went through."""

    def __init__(self, server_port: int) -> None:
        self.requests: list[S3Request] = []
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> S3Log:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server_port))
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._relay, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._relay, args=(server, client, False), daemon=True).start()

    def _relay(self, reader: socket.socket, writer: socket.socket, is_client: bool) -> None:
        tail = b""
        try:
            while data := reader.recv(1 << 18):
                if is_client:
                    tail = self._note(tail + data)
                writer.sendall(data)
            writer.shutdown(socket.SHUT_WR)
        except OSError:
            reader.close()
            writer.close()

    def _note(self, seen: bytes) -> bytes:
        end = 0
        for found in _REQUEST.finditer(seen):
            self.requests.append(S3Request(found[1].decode(), found[2].decode()))
            end = found.end()
        return seen[max(end, len(seen) - _TAIL) :]
