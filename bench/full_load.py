"""Full load beside the wire itself: PostgreSQL's binary COPY of the same table, thrown away.

Both read one live server, in turns, and the best of each counts, since anything else on the machine
only ever adds time. Example: python bench/full_load.py --rows 2000000
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ingestion.bronze.lake import open_lake
from ingestion.bronze.settings import S3Settings, TableMappings, TaskSettings
from ingestion.demo.postgres_server import PostgresServer
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.postgres.connection import connect, scanner
from ingestion.postgres.reader import PostgresReader
from ingestion.postgres.tables import live_tables
from ingestion.registry import find_source
from ingestion.replica.full_load import load_table

TABLE = """
    create table public.orders_like as
    select
        n as order_id, md5(n::text) as customer_id, md5((n % 1000)::text) as product_id,
        (n % 7)::smallint as status, (n % 100000)::numeric(10,2) / 100 as price,
        (n % 999)::numeric(10,2) / 100 as freight, timestamp '2017-01-01' + n * interval '7 s' as ordered_at,
        case when n % 9 > 0 then timestamp '2017-02-01' + n * interval '7 s' end as delivered_at,
        (n % 5)::int as score, 'some words of a comment ' || n as comment
    from generate_series(1, {rows}) as n
"""


def best(run: Callable[[], object], times: int) -> float:
    """The shortest of several runs, in seconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, PostgresServer(Path(folder, "pg", "data")) as server:
        dsn = server.dsn()
        connection = connect(dsn)
        with connection.cursor() as cursor:
            print(f"making a table of {options.rows:,} rows", flush=True)
            cursor.execute(TABLE.format(rows=options.rows))
            cursor.execute("analyze orders_like; select pg_table_size('orders_like')")
            print(f"{cursor.fetchone()[0] / 1e6:.0f} MB in the database", flush=True)
        table = live_tables(connection, "public", ["orders_like"])["orders_like"]
        mappings = TableMappings.parse(table_mappings(find_source("olist")))

        def wire() -> None:
            with Path(os.devnull).open("wb") as nowhere, connection.cursor() as cursor:
                cursor.copy_expert("copy orders_like to stdout (format binary)", nowhere)

        lake = open_lake(f"{folder}/lake")
        lake.claim("bench")

        def load(**changed: object) -> None:
            settings = S3Settings.parse({**default_settings("s3_settings"), **changed})
            with scanner(dsn) as reader:
                load_table(
                    PostgresReader(reader), table, source="bench", started_at=started_at, settings=settings,
                    mappings=mappings, lake=lake, prepare=True,
                    lob_max_bytes=TaskSettings().lob_max_bytes,
                )  # fmt: skip

        with connection.cursor() as cursor:
            cursor.execute("select clock_timestamp()")
            started_at = cursor.fetchone()[0]
        peer = best(wire, options.times)
        print(f"binary COPY to nowhere        {peer:6.2f} s   1.00 x")
        for name, changed in (
            ("to Parquet, gzip as on S3", {}),
            ("to Parquet, as to a folder", {"CompressionType": "none"}),
            ("to CSV", {"DataFormat": "csv", "CompressionType": "none"}),
        ):
            taken = best(lambda changed=changed: load(**changed), options.times)
            print(f"full load {name:<24s}{taken:6.2f} s {taken / peer:6.2f} x", flush=True)
        connection.close()


if __name__ == "__main__":
    main()
