import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from ingestion.demo.classicmodels import load
from ingestion.demo.classicmodels.generator import generate
from ingestion.demo.classicmodels.traffic import run_traffic
from ingestion.demo.classicmodels.transactions import KINDS
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.traffic import Counts
from ingestion.errors import LandfallError
from ingestion.mysql.connection import connect, rows
from ingestion.mysql.engine import MysqlEngine
from ingestion.registry import find_source
from ingestion.replica.declaration import wrong_declarations
from tests.traffic import traffic_of

DUMP = Path(__file__).with_name("data") / "classicmodels.sql"
STATUSES = {"In Process", "Shipped", "Resolved", "Disputed", "On Hold", "Cancelled"}

Row = tuple[object, ...]


@pytest.fixture
def shop(mariadb: MariadbServer) -> Iterator[str]:
    """Where the shop is to be; nothing is there yet."""
    yield mariadb.dsn(load.DATABASE)
    with closing(connect(mariadb.dsn())) as admin:
        rows(admin, f"drop database if exists {load.DATABASE}")


def ask(dsn: str, query: str) -> list[Row]:
    with closing(connect(dsn)) as connection:
        return rows(connection, query)


def contents(dsn: str) -> dict[str, list[Row]]:
    return {table: sorted(ask(dsn, f"select * from {table}"), key=repr) for table in load.TABLES}


def sizes(dsn: str) -> dict[str, int]:
    return {table: len(content) for table, content in contents(dsn).items()}


def databases(dsn: str) -> set[object]:
    return {name for (name,) in ask(dsn, "show databases")}


def test_one_seed_makes_one_shop() -> None:
    assert generate(300, seed=5) == generate(300, seed=5)
    assert generate(300, seed=5) != generate(300, seed=6)
    with pytest.raises(LandfallError, match="1 or more"):
        generate(0)


def test_a_generated_shop_is_plausible() -> None:
    shop = generate(1000)
    assert {table: len(shop[table]) for table in ("offices", "employees", "productlines", "products")} == {
        "offices": 7, "employees": 23, "productlines": 7, "products": 110,
    }  # fmt: skip
    for table, key in {
        "products": 1, "offices": 1, "employees": 1, "customers": 1, "payments": 2, "orders": 1,
        "orderdetails": 2,
    }.items():  # fmt: skip
        assert len({row[:key] for row in shop[table]}) == len(shop[table]), table

    superiors = {row[0]: row[6] for row in shop["employees"]}
    titles = Counter(row[7] for row in shop["employees"])
    assert titles["President"] == 1 and list(superiors.values()).count(None) == 1
    for employee in superiors:
        steps = 0
        while superiors[employee] is not None:
            employee, steps = superiors[employee], steps + 1
        assert steps <= 3
    reps = [row[11] for row in shop["customers"]]
    assert 0 < reps.count(None) < len(reps) / 4
    assert len({row[10].strip() for row in shop["customers"]}) > 10
    assert {None, ""} <= {row[6] for row in shop["customers"]}

    assert {row[4] for row in shop["orders"]} == STATUSES
    for _, ordered, required, shipped, status, _, _ in shop["orders"]:
        assert date(2023, 1, 1) <= ordered <= date(2025, 12, 31) and ordered < required
        assert shipped is None or ordered < shipped <= date(2025, 12, 31)
        assert status == "Cancelled" or (shipped is None) == (status in ("In Process", "On Hold"))
    lines: dict[int, list[int]] = {}
    for order, _, _, _, number in shop["orderdetails"]:
        lines.setdefault(order, []).append(number)
    assert {len(numbers) for numbers in lines.values()} == set(range(1, 19))
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in lines.values())

    buyer = {row[0]: row[6] for row in shop["orders"] if row[4] != "Cancelled"}
    owed: Counter[int] = Counter()
    for order, _, quantity, price, _ in shop["orderdetails"]:
        if order in buyer:
            owed[buyer[order]] += quantity * price
    for customer, _, _, amount in shop["payments"]:
        owed[customer] -= amount
    assert min(owed.values()) == 0, "nobody pays too much"
    assert 0.1 < sum(balance > 0 for balance in owed.values()) / len(owed) < 0.9


def test_the_generated_rows_are_in_the_database_to_the_letter(shop: str) -> None:
    load.from_generator(shop, 200, seed=3)
    generated = generate(200, seed=3)
    assert contents(shop) == {table: sorted(content, key=repr) for table, content in generated.items()}
    assert any("ø" in str(row) and "'" in str(row) for row in generated["customers"])


def test_its_schema_is_the_registrys(shop: str) -> None:
    load.from_generator(shop, 10)
    source, engine = find_source("classicmodels"), MysqlEngine()
    with engine.catalog(shop) as catalog:
        assert wrong_declarations(source, engine, catalog) == []
        live = catalog.tables(source.schema, [table.name for table in source.tables])
    assert tuple(sorted(live)) == tuple(sorted(load.TABLES))
    for table in source.tables:
        assert [column.name for column in table.columns] == [c.name for c in live[table.name].columns]


def test_tables_are_replaced_only_when_asked(shop: str) -> None:
    assert not load.has_tables(shop)
    load.from_generator(shop, 20)
    assert load.has_tables(shop)
    with pytest.raises(LandfallError, match=r"already holds .*orders.*reset"):
        load.from_generator(shop, 30)
    with pytest.raises(LandfallError, match="already holds"):
        load.from_dump(shop, DUMP)
    assert sizes(shop)["orders"] == 20
    load.from_dump(shop, DUMP, reset=True)
    assert sizes(shop) == {
        "productlines": 1, "products": 2, "offices": 1, "employees": 2, "customers": 2, "payments": 1,
        "orders": 1, "orderdetails": 2,
    }  # fmt: skip
    load.from_generator(shop, 30, reset=True)
    assert sizes(shop)["orders"] == 30
    assert {name for name in databases(shop) if "classicmodels" in str(name)} == {load.DATABASE}


def test_the_dumps_values_and_keys_arrive(shop: str) -> None:
    load.from_dump(shop, DUMP)
    customers = ask(shop, "select customerName, contactFirstName, city, country from customers order by 1")
    assert customers == [
        ("Fjord Hobby; use it", "Søren ", "Tromsø", "Norway  "),
        ("O'Hara's \"Models\"", "Maeve", "Dún Laoghaire", "Ireland"),
    ]
    assert ask(shop, "select comments from orders") == [("Back door;\r\nplease",)]
    assert ask(shop, "select textDescription from productlines") == [
        ("Models; made by hand /* all of them */",)
    ]
    # they are of these tables, not of those of the database where it was loaded
    keys = ask(
        shop,
        "select distinct unique_constraint_schema, constraint_schema"
        " from information_schema.referential_constraints",
    )
    assert keys == [(load.DATABASE, load.DATABASE)]
    engine = MysqlEngine()
    with engine.catalog(shop) as catalog:
        assert wrong_declarations(find_source("classicmodels"), engine, catalog) == []


def without(*tables: str) -> Callable[[str], str]:
    """The dump without what it says of some tables."""

    def change(dump: str) -> str:
        parts = dump.split("DROP TABLE IF EXISTS ")
        return "DROP TABLE IF EXISTS ".join(
            p for p in parts if not p.startswith(tuple(f"`{t}`" for t in tables))
        )

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda dump: "", r"does not create productlines, .*orderdetails: is it the whole dump"),
        (without("offices", "payments"), "does not create offices, payments"),
        (lambda dump: "customerNumber,customerName\n1,a\n", r"line 1: not a statement of the sample's dump"),
        (lambda dump: "\n-- x;\nCOPY public.orders FROM stdin;\n" + dump, r"line 3: not a .*COPY public"),
        (lambda dump: dump + "drop database mysql; delete from mysql.user;", r"line 186: not .*delete"),
        (
            lambda dump: dump.replace("into `payments`", "into `classicmodels`.`payments`"),
            r"line 142: not a statement .*`classicmodels`\.`payments`",
        ),
        (
            lambda dump: dump.replace("(801,'S9_1',30,", "(801,'S9_1',30,31,"),
            r"ERROR 1136 .* at line 108: Column count",
        ),
        (lambda dump: dump.replace("int(11)", "integr", 3), r"sql: ERROR 4161 .* at line 20: Unknown"),
        (lambda dump: dump[: dump.index("1911 Pennine")], r"sql: ERROR 1064 .* at line \d+: You have"),
    ],
    ids=[
        "empty", "tables missing", "no SQL", "another dialect", "another database", "a name with a database",
        "a wrong row", "a wrong type", "cut off",
    ],
)  # fmt: skip
def test_a_bad_dump_leaves_the_shop_as_it_was(
    shop: str, tmp_path: Path, change: Callable[[str], str], says: str
) -> None:
    load.from_generator(shop, 20)
    before, around = contents(shop), databases(shop)
    path = tmp_path / "dump.sql"
    path.write_text(change(DUMP.read_text("utf-8")), "utf-8")
    with pytest.raises(LandfallError, match=says) as caught:
        load.from_dump(shop, path, reset=True)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    assert contents(shop) == before
    assert databases(shop) == around


def test_a_dump_that_is_not_there_is_named(shop: str, tmp_path: Path) -> None:
    with pytest.raises(LandfallError, match=r"cannot read .*nowhere\.sql: No such file"):
        load.from_dump(shop, tmp_path / "nowhere.sql")


def test_a_password_reaches_the_client_and_nobody_else(
    mariadb: MariadbServer, shop: str, tmp_path: Path
) -> None:
    password = "it's \"#\\ hunter2"
    with closing(connect(mariadb.dsn())) as admin:
        rows(admin, "create or replace user loader@localhost identified by %s", (password,))
        rows(admin, "grant all on *.* to loader@localhost")
    dsn = shop.replace("root@", f"loader:{quote(password, safe='')}@")
    load.from_dump(dsn, DUMP)
    assert sizes(shop)["orders"] == 1
    broken = tmp_path / "dump.sql"
    broken.write_text(DUMP.read_text("utf-8").replace("'S9_1',30,", "'S9_1',"), "utf-8")
    with pytest.raises(LandfallError) as caught:
        load.from_dump(dsn, broken, reset=True)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(LandfallError, match="cannot connect") as caught:
        load.from_dump(dsn.replace("hunter2", "hunter3"), DUMP)
    assert "hunter" not in str(caught.value)


def test_traffic_does_each_kind_and_counts_what_it_did(shop: str) -> None:
    load.from_generator(shop, 300)
    before = sizes(shop)
    counts = traffic_of(run_traffic, shop, 600, seed=1)
    assert set(counts.transactions) == set(KINDS)
    assert counts.rolled_back > 0
    assert set(counts.inserts) == {"customers", "employees", "orders", "orderdetails", "payments"}
    assert set(counts.updates) == {"customers", "orders", "orderdetails", "payments", "products"}
    assert set(counts.deletes) == {"employees", "orders", "orderdetails", "payments"}
    for table, size in sizes(shop).items():
        assert size == before[table] + counts.inserts[table] - counts.deletes[table], table
    # who leaves is replaced, and leaves no customer behind
    assert sizes(shop)["employees"] == 23
    yesterday = date.today() - timedelta(days=2)
    new = ask(
        shop, f"select distinct status, shippedDate is null from orders where orderDate > '{yesterday}'"
    )
    assert {("In Process", 1), ("Shipped", 0)} <= set(new)
    assert {status for status, _ in new} <= STATUSES
    assert ask(
        shop, "select count(*) from orders where orderNumber not in (select orderNumber from orderdetails)"
    ) == [(0,)]


def test_two_at_once_do_not_collide(shop: str) -> None:
    load.from_generator(shop, 300)
    before = sizes(shop)
    counts: list[Counts] = []
    threads = [
        threading.Thread(target=lambda: counts.append(run_traffic(shop, seconds=2, rate=100, seed=3)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 2
    for table, size in sizes(shop).items():
        assert size == before[table] + sum(c.inserts[table] - c.deletes[table] for c in counts), table


def test_traffic_without_a_shop_is_refused(shop: str) -> None:
    with pytest.raises(LandfallError, match="load it first"):
        run_traffic(shop, seconds=1)
    ask(shop.replace(load.DATABASE, "mysql"), f"create database {load.DATABASE}")
    with pytest.raises(LandfallError, match="load it first"):
        run_traffic(shop, seconds=1)
    with pytest.raises(LandfallError, match="cannot connect to MySQL"):
        run_traffic("mysql://root@localhost/x?unix_socket=/nowhere", seconds=1)


def test_a_server_that_goes_away_is_no_crash(shop: str) -> None:
    load.from_generator(shop, 50)

    def cut(counts: Counts) -> None:
        for number, name in ask(
            shop, "select id, db from information_schema.processlist where command = 'Sleep'"
        ):
            if name == load.DATABASE:
                ask(shop, f"kill {number}")

    with pytest.raises(LandfallError, match="connection to MySQL broke") as caught:
        run_traffic(shop, seconds=5, on_progress=cut)
    assert "\n" not in str(caught.value)
