"""Create the shop's database and fill it, from the generator or from the published files.

A load is one transaction: whatever interrupts it, the database keeps what it held before. The
connection may have autocommit on, but must not be inside a transaction.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pyarrow.csv
from psycopg2.extensions import connection, cursor

from ingestion.demo.olist.generator import generate
from ingestion.errors import LandfallError

# The published file of each table.
FILES = {
    "customers": "olist_customers_dataset.csv",
    "geolocation": "olist_geolocation_dataset.csv",
    "orders": "olist_orders_dataset.csv",
    "products": "olist_products_dataset.csv",
    "sellers": "olist_sellers_dataset.csv",
    "order_items": "olist_order_items_dataset.csv",
    "order_payments": "olist_order_payments_dataset.csv",
    "order_reviews": "olist_order_reviews_dataset.csv",
    "product_category_name_translation": "product_category_name_translation.csv",
}

_ROWS_AT_A_TIME = 100_000
_BOM = b"\xef\xbb\xbf"


def has_tables(conn: connection) -> bool:
    """Whether the database holds any of the shop's tables."""
    with conn, conn.cursor() as cur:
        return _existing_tables(cur) != []


def from_generator(conn: connection, orders: int, seed: int = 42, *, reset: bool = False) -> None:
    """Fill the database with generated orders.

    Raises LandfallError if the tables exist; with `reset` they are dropped and made anew.
    """
    tables = generate(orders, seed)

    def fill(cur: cursor, table: str) -> None:
        rows = tables[table]
        into = f"copy public.{table} ({', '.join(rows.column_names)}) from stdin (format csv)"
        for start in range(0, rows.num_rows, _ROWS_AT_A_TIME):
            # Arrow quotes every string and no NULL, which is how COPY tells '' from NULL.
            text = io.BytesIO()
            part = rows.slice(start, _ROWS_AT_A_TIME)
            pyarrow.csv.write_csv(part, text, pyarrow.csv.WriteOptions(include_header=False))
            text.seek(0)
            cur.copy_expert(into, text)

    try:
        _load(conn, fill, reset)
    except psycopg2.Error as error:
        raise LandfallError(f"cannot load generated orders: {_first_line(error)}") from error


def require_files(directory: Path) -> None:
    """Raise LandfallError unless `directory` holds all the published files."""
    missing = [name for name in FILES.values() if not (directory / name).is_file()]
    if missing:
        raise LandfallError(f"{directory} lacks {', '.join(missing)}: unpack the whole Olist data set there")


def from_csv(conn: connection, directory: Path, *, reset: bool = False) -> None:
    """Fill the database with the nine published files in `directory`, sample or full set.

    Text is kept to the letter, blanks and newlines too; an empty field is NULL. Raises
    LandfallError if a file or column is missing or a value does not fit, naming the place, or if
    the tables exist; with `reset` they are dropped and made anew.
    """
    require_files(directory)

    def fill(cur: cursor, table: str) -> None:
        _copy_file(cur, table, directory / FILES[table])

    try:
        _load(conn, fill, reset)
    except psycopg2.Error as error:
        # The foreign keys, checked when all tables are filled.
        table = error.diag.table_name or ""
        where = directory / FILES[table] if table in FILES else directory
        raise LandfallError(f"{where}: {error.diag.message_detail or _first_line(error)}") from error


def _load(conn: connection, fill: Callable[[cursor, str], None], reset: bool) -> None:
    """Make the tables, fill each, tie them together."""
    with conn, conn.cursor() as cur:
        existing = _existing_tables(cur)
        if existing and not reset:
            raise LandfallError(
                f"database {conn.info.dbname} already holds {', '.join(existing)}: "
                "ask for a reset to replace them"
            )
        for table in existing:
            cur.execute(f"drop table public.{table} cascade")
        cur.execute(Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
        for table in FILES:
            fill(cur, table)
        cur.execute(Path(__file__).with_name("foreign_keys.sql").read_text(encoding="utf-8"))
        # Without statistics the first queries would scan.
        cur.execute(f"analyze {', '.join(f'public.{table}' for table in FILES)}")


def _existing_tables(cur: cursor) -> list[str]:
    cur.execute(
        "select name from unnest(%s) as name where to_regclass('public.' || name) is not null",
        [list(FILES)],
    )
    return [name for (name,) in cur.fetchall()]


def _copy_file(cur: cursor, table: str, path: Path) -> None:
    with path.open("rb") as file:
        # The published translations begin with a byte order mark, which is not part of the name.
        start = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
        file.seek(start)
        header = file.readline().decode("utf-8", errors="replace")
        columns = next(csv.reader([header]), [])
        _check_columns(cur, table, path, columns)
        file.seek(start)
        names = ", ".join(columns)
        try:
            cur.copy_expert(
                f"copy public.{table} ({names}) from stdin"
                f" (format csv, header, encoding 'UTF8', force_null ({names}))",
                file,
            )
        except psycopg2.Error as error:
            raise LandfallError(f"{path}{_place(error)}: {_first_line(error)}") from error


def _check_columns(cur: cursor, table: str, path: Path, columns: list[str]) -> None:
    cur.execute(
        "select column_name from information_schema.columns where table_schema = 'public'"
        " and table_name = %s and is_identity = 'NO' order by ordinal_position",
        [table],
    )
    expected = [name for (name,) in cur.fetchall()]
    if sorted(columns) != sorted(expected):
        missing = [name for name in expected if name not in columns]
        wrong = [name for name in columns if name not in expected or columns.count(name) > 1]
        faults = [f"no column {name}" for name in missing]
        faults += [f"unexpected column {name!r}" for name in wrong]
        raise LandfallError(f"{path}, line 1: {', '.join(faults)}; expected: {', '.join(expected)}")


def _place(error: psycopg2.Error) -> str:
    """Line and column out of COPY's context: `COPY orders, line 3, column price: "x"`."""
    found = re.search(r"^COPY \w+, line (\d+)(?:, column (\w+))?", error.diag.context or "")
    if found is None:
        return ""
    line, column = found.groups()
    return f", line {line}" + (f", column {column}" if column else "")


def _first_line(error: psycopg2.Error) -> str:
    """The server's message with the detail that names the value, in one line."""
    parts = [error.diag.message_primary or str(error), error.diag.message_detail or ""]
    return ": ".join(" ".join(part.split()) for part in parts if part)
