"""Make the shop's data: any number of orders, the same for the same seed.

The work is done by DuckDB in the statements of generator_*.sql; here they get their vocabulary.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.demo.olist import vocabulary
from ingestion.errors import LandfallError

TABLES = (
    "customers",
    "geolocation",
    "orders",
    "products",
    "sellers",
    "order_items",
    "order_payments",
    "order_reviews",
    "product_category_name_translation",
)


def generate(orders: int, seed: int = 42) -> dict[str, pa.Table]:
    """The nine tables of a shop with that many orders, by table name.

    Columns are those of the published files: geolocation has no key, the database numbers it.
    Everything refers to rows that exist. One version of DuckDB gives the same rows in the same
    order for the same arguments. Raises LandfallError if `orders` is less than 1.
    """
    if orders < 1:
        raise LandfallError(f"cannot generate {orders} orders: ask for 1 or more")
    with duckdb.connect() as db:
        db.execute("set variable orders = ?", [orders])
        db.execute("set variable seed = ?", [seed])
        _load_vocabulary(db)
        for statements in sorted(Path(__file__).parent.glob("generator_*.sql")):
            db.execute(statements.read_text(encoding="utf-8"))
        return {table: db.table(f"shop.{table}").to_arrow_table() for table in TABLES}


def _load_vocabulary(db: duckdb.DuckDBPyConnection) -> None:
    """Make a table of each list, its rows in the order of the list."""
    _make_table(db, "states", [row._asdict() for row in vocabulary.STATES])
    _make_table(db, "cities", [row._asdict() for row in vocabulary.CITIES])
    _make_table(db, "categories", [row._asdict() for row in vocabulary.CATEGORIES])
    choices: dict[str, Sequence[tuple[object, int]]] = {
        "months": vocabulary.MONTHS,
        "hours": vocabulary.HOURS,
        "statuses": vocabulary.STATUSES,
        "line_counts": vocabulary.LINE_COUNTS,
        "first_payments": vocabulary.FIRST_PAYMENTS,
        "payment_counts": vocabulary.PAYMENT_COUNTS,
        "instalments": vocabulary.INSTALMENTS,
    }
    for name, pairs in choices.items():
        _make_table(db, name, [{"value": value, "weight": weight} for value, weight in pairs])
    _make_table(
        db,
        "scores",
        [
            {"outcome": outcome, "value": score, "weight": weight}
            for outcome, weights in vocabulary.SCORES.items()
            for score, weight in weights
        ],
    )
    _make_table(
        db,
        "phrases",
        [
            {
                "score": score,
                "titles": vocabulary.TITLES[vocabulary.mood(score)],
                "openings": vocabulary.OPENINGS[vocabulary.mood(score)],
                "details": vocabulary.DETAILS[vocabulary.mood(score)],
                "endings": vocabulary.ENDINGS[vocabulary.mood(score)],
            }
            for score in range(1, 6)
        ],
    )


def _make_table(db: duckdb.DuckDBPyConnection, name: str, rows: Sequence[dict[str, object]]) -> None:
    db.register("rows", pa.Table.from_pylist(list(rows)))
    db.execute(f"create table {name} as select row_number() over () as position, * from rows")
    db.unregister("rows")
