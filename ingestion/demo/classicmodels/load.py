"""Create the shop's database and fill it, from the generator or from a dump of the public sample.

MySQL commits at each CREATE and DROP, so a load is no transaction. The tables are made and filled in a
database beside the shop's and then moved into it by one RENAME TABLE, which the server does as a whole
or not at all: whatever interrupts a load before, the shop stays as it was. After it the tables that were
replaced are dropped, and nothing brings them back. A load cannot be seen in the changes of a replica
that follows the shop: reload it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pymysql
from pymysql.connections import Connection

from ingestion.demo.classicmodels.dump import Dump, read_dump
from ingestion.demo.classicmodels.generator import generate
from ingestion.errors import LandfallError
from ingestion.mysql.connection import Dsn, connect, rows, trouble

DATABASE = "classicmodels"
# Parents first.
TABLES = (
    "productlines",
    "products",
    "offices",
    "employees",
    "customers",
    "payments",
    "orders",
    "orderdetails",
)

# Where a load works, and where the tables go that it replaces.
_LOADING, _REPLACED = f"{DATABASE}_loading", f"{DATABASE}_replaced"


def has_tables(dsn: str) -> bool:
    """Whether the server holds any of the shop's tables."""
    with closing(connect_to_server(dsn)) as connection:
        return _existing(connection) != []


def from_generator(dsn: str, orders: int, seed: int = 42, *, reset: bool = False) -> None:
    """Fill the shop's database with generated orders.

    Raises LandfallError if its tables exist; with `reset` they are replaced.
    """
    tables = generate(orders, seed)

    def fill(connection: Connection) -> None:
        with connection.cursor() as cursor:
            for statement in _statements():
                cursor.execute(statement)
            for table, content in tables.items():
                values = ", ".join(["%s"] * len(content[0])) if content else ""
                cursor.executemany(f"insert into {table} values ({values})", content)

    _load(dsn, fill, reset)


def from_dump(dsn: str, path: Path, *, reset: bool = False) -> None:
    """Fill the shop's database from the public SQL dump for MySQL, by MariaDB's own client.

    Raises LandfallError, naming the line, if the file is not such a dump, lacks a table or fails, or if
    the shop's tables exist; with `reset` they are replaced.
    """
    dump = read_dump(path, TABLES)

    def fill(connection: Connection) -> None:
        _run_client(Dsn.parse(dsn), dump)

    _load(dsn, fill, reset)


def _load(dsn: str, fill: Callable[[Connection], None], reset: bool) -> None:
    """Fill a database beside the shop's, then put its tables into their place."""
    with closing(connect_to_server(dsn)) as connection:
        try:
            existing = _existing(connection)
            if existing and not reset:
                raise LandfallError(
                    f"database {DATABASE} already holds {', '.join(existing)}: "
                    "ask for a reset to replace them"
                )
            # what an interrupted load left
            for database in (_LOADING, _REPLACED):
                _drop(connection, database)
                rows(connection, f"create database {database} character set utf8mb4")
            rows(connection, f"create database if not exists {DATABASE} character set utf8mb4")
            connection.select_db(_LOADING)
            try:
                fill(connection)
                moves = [f"{DATABASE}.{table} to {_REPLACED}.{table}" for table in existing]
                moves += [f"{_LOADING}.{table} to {DATABASE}.{table}" for table in TABLES]
                rows(connection, f"rename table {', '.join(moves)}")
            finally:
                for database in (_LOADING, _REPLACED):
                    _drop(connection, database)
        except pymysql.MySQLError as error:
            raise trouble(error) from None


def connect_to_server(dsn: str, *, autocommit: bool = True) -> Connection:
    """A connection to the server of a DSN; the database that it names need not be there yet."""
    return connect(replace(Dsn.parse(dsn), database="").url, autocommit=autocommit)


def _statements() -> list[str]:
    text = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    return [statement for statement in text.split(";") if statement.strip()]


def _existing(connection: Connection) -> list[str]:
    found = rows(
        connection,
        "select table_name from information_schema.tables where table_schema = %s",
        (DATABASE,),
    )
    names = {name.lower() for (name,) in found}
    return [table for table in TABLES if table in names]


def _drop(connection: Connection, database: str) -> None:
    # a foreign key of somebody else's table does not hold the replaced tables back
    rows(connection, "set foreign_key_checks = 0")
    rows(connection, f"drop database if exists {database}")
    rows(connection, "set foreign_key_checks = 1")


def _run_client(dsn: Dsn, dump: Dump) -> None:
    program = shutil.which("mariadb")
    if program is None:
        raise LandfallError("no mariadb on this machine: install the package mariadb-client")
    # --no-defaults: what the user's own files say does not concern this load
    command = [program, "--no-defaults", "--loose-sandbox", f"--user={dsn.user}", f"--database={_LOADING}"]
    command.append("--default-character-set=utf8mb4")
    if dsn.unix_socket:
        command += ["--protocol=socket", f"--socket={dsn.unix_socket}"]
    else:
        command += ["--protocol=tcp", f"--host={dsn.host}", f"--port={dsn.port}"]
    done = subprocess.run(
        command,
        input=dump.script,
        capture_output=True,
        check=False,
        # only here: everybody may read a command line
        env={**os.environ, "MYSQL_PWD": dsn.password},
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace")
        # before it the client repeats the statement
        reason = words[words.rfind("\nERROR ") + 1 :]
        raise LandfallError(f"{dump.path}: {' '.join(reason.split())}")
