"""Connections to a MySQL or MariaDB source."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pymysql
from pymysql.connections import Connection

from ingestion.errors import CannotConnect, LandfallError, SourceAway

# One form for every value, whatever the server's or the user's own settings are: the log and the full
# load must agree to the character. No mode: some of them pad CHAR columns or read "x" as a name.
SESSION = ("set time_zone = '+00:00', sql_mode = ''",)

_KEYS = {
    "host": "host",
    "port": "port",
    "user": "user",
    "password": "password",
    "database": "database",
    "dbname": "database",
    "db": "database",
    "unix_socket": "unix_socket",
    "socket": "unix_socket",
}

# Errors of a connection that is lost: closed, shutting down, killed, idle for too long.
_GONE = {0, 1053, 1080, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 2055, 4031}

_CONNECT_SECONDS = 10
# A server that says nothing for so long is gone: the log sends heartbeats far more often.
_READ_SECONDS = 60


@dataclass(frozen=True)
class Dsn:
    """Where a database is: `mysql://user:password@host:port/db?unix_socket=…`, or words like
    `host=… port=… user=… password=… database=… unix_socket=…`."""

    host: str = "localhost"
    port: int = 3306
    user: str = "root"
    password: str = ""
    database: str = ""
    unix_socket: str = ""

    @classmethod
    def parse(cls, text: str) -> Dsn:
        """CannotConnect, without the password in it, where the text is neither."""
        try:
            given = _from_url(text) if "://" in text else dict(_word(word) for word in shlex.split(text))
            return cls(**{**given, "port": int(given.get("port") or 3306)})
        except ValueError:
            raise CannotConnect(
                "the connection string is neither mysql://user:password@host:3306/database nor words "
                "like host=… user=… password=… database=… (keys: " + ", ".join(_KEYS) + ")"
            ) from None

    @property
    def url(self) -> str:
        """For connectorx. Holds the password: never log it."""
        login = quote(self.user, safe="")
        if self.password:
            login += ":" + quote(self.password, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        socket = f"?socket={quote(self.unix_socket, safe='')}" if self.unix_socket else ""
        return f"mysql://{login}@{host}:{self.port}/{quote(self.database, safe='')}{socket}"

    def arguments(self) -> dict[str, Any]:
        """For pymysql."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            # as clients of today send it: pymysql would take latin1, and fail on other letters
            "password": self.password.encode(),
            "database": self.database or None,
            "unix_socket": self.unix_socket or None,
            "charset": "utf8mb4",
            "init_command": SESSION[0],
            "connect_timeout": _CONNECT_SECONDS,
            "read_timeout": _READ_SECONDS,
        }


def connect(dsn: str, *, autocommit: bool = True) -> Connection:
    """A connection with the session settings above."""
    try:
        return pymysql.connect(**Dsn.parse(dsn).arguments(), autocommit=autocommit)
    except (pymysql.MySQLError, OSError, RuntimeError) as error:
        raise CannotConnect(f"cannot connect to MySQL: {server_words(error)}") from None


def rows(connection: Connection, query: str, arguments: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """A query's rows."""
    with connection.cursor() as cursor:
        # none: then a % in the query is a %
        cursor.execute(query, arguments or None)
        return list(cursor.fetchall())


def trouble(error: pymysql.MySQLError) -> LandfallError:
    """What a failed statement, or a broken log, means to a task: SourceAway if the connection is gone."""
    words, code = server_words(error), error.args[0] if error.args else 0
    if code == 1236:
        if "server_id" in words or "server_uuid" in words:
            return SourceAway(f"another reader took over: {words}")
        return LandfallError(
            f"the source does not give its log since the checkpoint: {words}; changes may be lost, so load "
            "again with --reload"
        )
    if code == 1227:
        return LandfallError(f"{words}: grant replication client, replication slave on *.* to the user")
    if code in _GONE:
        return SourceAway(f"the connection to MySQL broke: {words}")
    return LandfallError(f"MySQL says: {words}")


def sql_name(name: str) -> str:
    """A quoted identifier."""
    return "`" + name.replace("`", "``") + "`"


def server_words(error: Exception) -> str:
    """The server's own words, on one line, with its number."""
    if isinstance(error, pymysql.MySQLError) and len(error.args) > 1:
        return f"{' '.join(str(error.args[1]).split())} (error {error.args[0]})"
    return " ".join(str(error).split()) or type(error).__name__


def _from_url(text: str) -> dict[str, Any]:
    parts = urlsplit(text)
    if parts.scheme not in ("mysql", "mariadb"):
        raise ValueError
    given: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.removeprefix("/")),
    }
    given |= dict(
        _known(key, value) for key, value in parse_qsl(parts.query, strict_parsing=bool(parts.query))
    )
    return {key: value for key, value in given.items() if value is not None}


def _word(word: str) -> tuple[str, str]:
    if not re.match(r"\w+=", word):
        raise ValueError
    key, _, value = word.partition("=")
    return _known(key, value)


def _known(key: str, value: str) -> tuple[str, str]:
    if key not in _KEYS:
        raise ValueError
    return _KEYS[key], value
