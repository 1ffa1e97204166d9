"""Create the shop's database and fill it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pymysql
from pymysql.connections import Connection

from ingestion.demo.woocommerce.generator import generate
from ingestion.demo.woocommerce.storage import COLUMNS, OrderStorage, Row
from ingestion.errors import LandfallError
from ingestion.mysql.connection import Dsn, connect, rows, server_words, sql_name


def from_generator(
    dsn: str, orders: int, seed: int = 42, *, reset: bool = False, order_storage: OrderStorage = "tables"
) -> None:
    """Fill the database that `dsn` names with generated orders; it is made if it is not there.

    The same shop comes under either storage of orders: WooCommerce's own tables, or posts. Raises
    LandfallError if the tables exist; with `reset` they are dropped and made anew.
    """
    tables = generate(orders, seed, order_storage)
    with closing(_open_database(dsn)) as connection:
        _clear(connection, reset)
        try:
            _make_tables(connection)
            for table, columns in COLUMNS.items():
                insert(connection, table, columns, tables.get(table, []))
            connection.commit()
        except pymysql.MySQLError as error:
            raise LandfallError(f"cannot load generated orders: {server_words(error)}") from error


def insert(connection: Connection, table: str, columns: tuple[str, ...], values: list[Row]) -> None:
    """Inserts rows, many with a statement."""
    if values:
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into {table} ({names}) values ({places})", values)


def _open_database(dsn: str) -> Connection:
    place = Dsn.parse(dsn)
    if not place.database:
        raise LandfallError("the connection string names no database: put it there, as in …:3306/woocommerce")
    with closing(connect(replace(place, database="").url)) as server:
        try:
            rows(
                server,
                f"create database if not exists {sql_name(place.database)} character set utf8mb4"
                " collate utf8mb4_unicode_520_ci",
            )
        except pymysql.MySQLError as error:
            raise LandfallError(f"cannot make the database: {server_words(error)}") from error
    return connect(dsn, autocommit=False)


def _clear(connection: Connection, reset: bool) -> None:
    existing = [
        name
        for (name,) in rows(
            connection,
            "select table_name from information_schema.tables where table_schema = database()"
            " and table_name in %s order by 1",
            (tuple(COLUMNS),),
        )
    ]
    if existing and not reset:
        raise LandfallError(
            f"the database already holds {', '.join(existing)}: ask for a reset to replace them"
        )
    for table in existing:
        rows(connection, f"drop table {table}")


def _make_tables(connection: Connection) -> None:
    script = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            rows(connection, statement)
