import csv
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import yaml
from psycopg2.extensions import connection

from ingestion.demo.olist import load
from ingestion.errors import LandfallError

REGISTRY = Path(__file__).parents[2] / "dbt_project/models/silver/olist/_olist__sources.yml"

CUSTOMER, ORDER, PRODUCT, SELLER = "c" * 32, "0" * 32, "9" * 32, "5" * 32
ROWS = {
    "customers": [CUSTOMER, "b" * 32, "01037", "são paulo", "SP"],
    "geolocation": ["01037", "-23.54562128115268", "-46.63929204800168", "sao paulo", "SP"],
    "orders": [ORDER, CUSTOMER, "created", "2018-01-02 03:04:05", "", "", "", "2018-02-01 00:00:00"],
    "products": [PRODUCT, "", "", "", "", "225", "16", "10", "14"],
    "sellers": [SELLER, "13023", "campinas", "SP"],
    "order_items": [ORDER, "1", PRODUCT, SELLER, "2018-01-09 03:04:05", "58.9", "13.29"],
    "order_payments": [ORDER, "1", "credit_card", "8", "72.19"],
    "order_reviews": ["d" * 32, ORDER, "4", "", ' a "b"\r\nc\\n 👏🏽 ', "2018-01-18 00:00:00", ""],
    "product_category_name_translation": ["beleza_saude", "health_beauty"],
}


def columns(table: str) -> list[str]:
    """The columns of the published file, which are those of the registry but for our own key."""
    declared = yaml.safe_load(REGISTRY.read_text())["sources"][0]["tables"]
    names = next([c["name"] for c in t["columns"]] for t in declared if t["name"] == table)
    return [name for name in names if name != "geolocation_id"]


def write(directory: Path, table: str, *rows: list[str], header: list[str] | None = None) -> None:
    # The published translations begin with a byte order mark.
    encoding = "utf-8-sig" if table.startswith("product_category") else "utf-8"
    with (directory / load.FILES[table]).open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns(table) if header is None else header)
        writer.writerows(rows)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for table, row in ROWS.items():
        write(tmp_path, table, row)
    return tmp_path


def ask(conn: connection, query: str) -> list[tuple[object, ...]]:
    with conn, conn.cursor() as cur:
        cur.execute(query)
        return cur.fetchall()


def sizes(conn: connection) -> dict[str, object]:
    return {table: ask(conn, f"select count(*) from {table}")[0][0] for table in load.FILES}


def test_schema_is_the_registrys(conn: connection) -> None:
    load.from_generator(conn, 10)
    for table in yaml.safe_load(REGISTRY.read_text())["sources"][0]["tables"]:
        name = table["name"]
        actual = ask(
            conn,
            "select column_name::text, data_type::text, numeric_precision, numeric_scale"
            f" from information_schema.columns where table_schema = 'public'"
            f" and table_name = '{name}' order by ordinal_position",
        )
        types = {"character varying": "varchar", "text": "varchar", "double precision": "double"}
        types["timestamp without time zone"] = "timestamp"
        found = [
            (column, f"decimal({precision},{scale})" if kind == "numeric" else types.get(kind, kind))
            for column, kind, precision, scale in actual
        ]
        assert found == [(column["name"], column["data_type"]) for column in table["columns"]]
        key = ask(
            conn,
            "select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
            f" and a.attnum = any(i.indkey) where i.indrelid = 'public.{name}'::regclass"
            " and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)",
        )
        assert [column for (column,) in key] == table["config"]["meta"]["primary_key"]


def test_generated_orders_are_loaded_quickly(conn: connection) -> None:
    started = time.monotonic()
    load.from_generator(conn, 5000, seed=3)
    assert time.monotonic() - started < 5  # about 1 on a small machine
    assert ask(conn, "select count(*) from orders") == [(5000,)]
    empty, null = ask(
        conn,
        "select count(*) filter (where review_comment_message = ''),"
        " count(*) filter (where review_comment_message is null) from order_reviews",
    )[0]
    assert empty and null


def test_foreign_keys_are_in_force(conn: connection) -> None:
    load.from_generator(conn, 10)
    for table in ("orders", "customers", "products", "sellers"):
        with pytest.raises(psycopg2.errors.ForeignKeyViolation):
            ask(conn, f"delete from {table} returning 1")


def test_tables_are_replaced_only_when_asked(conn: connection, directory: Path) -> None:
    assert not load.has_tables(conn)
    load.from_generator(conn, 20)
    assert load.has_tables(conn)
    with pytest.raises(LandfallError, match=r"already holds .*orders.*reset"):
        load.from_generator(conn, 30)
    with pytest.raises(LandfallError, match="already holds"):
        load.from_csv(conn, directory)
    assert ask(conn, "select count(*) from orders") == [(20,)]
    load.from_csv(conn, directory, reset=True)
    assert set(sizes(conn).values()) == {1}
    load.from_generator(conn, 30, reset=True)
    assert ask(conn, "select count(*) from orders") == [(30,)]


def test_csv_text_is_kept_and_empty_is_null(conn: connection, directory: Path) -> None:
    load.from_csv(conn, directory)
    message, title = ask(conn, "select review_comment_message, review_comment_title from order_reviews")[0]
    assert (message, title) == (' a "b"\r\nc\\n 👏🏽 ', None)
    assert ask(conn, "select customer_zip_code_prefix, customer_city from customers") == [
        ("01037", "são paulo")
    ]
    assert ask(conn, "select order_approved_at from orders") == [(None,)]
    assert ask(conn, "select geolocation_id from geolocation") == [(1,)]


def test_columns_of_a_file_may_stand_in_any_order(conn: connection, directory: Path) -> None:
    header = columns("sellers")[::-1]
    write(directory, "sellers", ROWS["sellers"][::-1], header=header)
    load.from_csv(conn, directory)
    assert ask(conn, "select seller_id, seller_state from sellers") == [(SELLER, "SP")]


def test_the_published_sample(conn: connection, published: Path) -> None:
    load.from_csv(conn, published)
    for table, size in sizes(conn).items():
        with (published / load.FILES[table]).open(encoding="utf-8", newline="") as file:
            assert size == sum(1 for _ in csv.reader(file)) - 1, table
    with (published / load.FILES["order_reviews"]).open(encoding="utf-8", newline="") as file:
        written = {(r["review_id"], r["order_id"]): r["review_comment_message"] for r in csv.DictReader(file)}
    kept = ask(conn, "select review_id, order_id, review_comment_message from order_reviews")
    assert {(review, order): text or "" for review, order, text in kept} == written


def fails(conn: connection, directory: Path) -> str:
    with pytest.raises(LandfallError) as caught:
        load.from_csv(conn, directory)
    assert not load.has_tables(conn)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_file_is_named(conn: connection, directory: Path) -> None:
    (directory / load.FILES["sellers"]).unlink()
    assert "lacks olist_sellers_dataset.csv" in fails(conn, directory)


def test_a_missing_column_is_named(conn: connection, directory: Path) -> None:
    write(directory, "sellers", ROWS["sellers"][:3], header=columns("sellers")[:3])
    assert "olist_sellers_dataset.csv, line 1: no column seller_state" in fails(conn, directory)


@pytest.mark.parametrize("content", [b"", b"\n", b"PK\x03\x04\xff\x00binary"])
def test_a_file_without_columns_is_named(conn: connection, directory: Path, content: bytes) -> None:
    (directory / load.FILES["sellers"]).write_bytes(content)
    assert "olist_sellers_dataset.csv, line 1: no column seller_id" in fails(conn, directory)


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("orders", 3, "soon", ", line 3, column order_purchase_timestamp: invalid input"),
        ("order_items", 5, "12,50", ", line 3, column price: invalid input"),
        ("order_items", 5, "1e12", ", line 3, column price: numeric field overflow"),
        ("customers", 4, "SAO", ", line 3, column customer_state: value too long"),
        ("orders", 2, "", ", line 3: null value in column"),
        ("orders", 0, ORDER, ", line 3: duplicate key value"),
        ("orders", 1, "f" * 32, "olist_orders_dataset.csv: Key (customer_id)=(ffff"),
    ],
)
def test_a_bad_value_is_located(
    conn: connection, directory: Path, table: str, column: int, value: str, says: str
) -> None:
    bad = ["e" * 32, *ROWS[table][1:]]
    bad[column] = value
    if table == "order_items":
        bad[:2] = [ORDER, "2"]
    write(directory, table, ROWS[table], bad)
    message = fails(conn, directory)
    assert load.FILES[table] in message
    assert says in message


def test_a_row_with_too_few_fields_is_located(conn: connection, directory: Path) -> None:
    write(directory, "sellers", ROWS["sellers"], ["6" * 32, "13023"])
    assert ', line 3: missing data for column "seller_city"' in fails(conn, directory)


def test_a_file_in_another_encoding_is_located(conn: connection, directory: Path) -> None:
    path = directory / load.FILES["customers"]
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    assert "olist_customers_dataset.csv, line 2: invalid byte sequence" in fails(conn, directory)


def test_an_interrupted_load_leaves_the_old_data(
    conn: connection, dsn: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load.from_generator(conn, 20)
    copied = load._copy_file

    def interrupted(cur: psycopg2.extensions.cursor, table: str, path: Path) -> None:
        if table == "order_items":
            raise KeyboardInterrupt
        copied(cur, table, path)

    monkeypatch.setattr(load, "_copy_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load.from_csv(conn, directory, reset=True)
    with closing(psycopg2.connect(dsn)) as other:
        assert ask(other, "select count(*) from orders") == [(20,)]


def test_readers_never_see_half_a_load(conn: connection, dsn: str) -> None:
    load.from_generator(conn, 50)
    reload = threading.Thread(target=load.from_generator, args=(conn, 80), kwargs={"reset": True})
    seen = set()
    with closing(psycopg2.connect(dsn)) as other:
        reload.start()
        while reload.is_alive():
            seen.update(ask(other, "select count(*) from orders"))
        reload.join()
        seen.update(ask(other, "select count(*) from orders"))
    assert (80,) in seen
    assert seen <= {(50,), (80,)}
