"""Full load of MySQL beside the raw client: `mariadb --quick` reading the same table to nowhere.

Both read one live server, in turns, and the best of each counts, since anything else on the machine
only ever adds time. Example: python bench/full_load_mysql.py --rows 2000000
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import duckdb

from bench.full_load import best
from ingestion.bronze.lake import open_lake
from ingestion.bronze.settings import S3Settings, TableMappings, TaskSettings
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.mysql.connection import connect, rows
from ingestion.mysql.reader import MysqlReader
from ingestion.mysql.server import clock
from ingestion.mysql.tables import live_tables
from ingestion.registry import find_source
from ingestion.replica.full_load import load_table

TABLE = """
    create table bench.orders_like as
    select
        seq as order_id, md5(seq) as customer_id, md5(seq % 1000) as product_id,
        cast(seq % 7 as signed) as status, cast(seq % 100000 / 100 as decimal(10,2)) as price,
        timestamp('2017-01-01') + interval seq * 7 second as ordered_at,
        concat('some words of a comment ', seq) as comment
    from seq_1_to_{rows}
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, MariadbServer(Path(folder, "mariadb")) as server:
        connection = connect(server.dsn())
        print(f"making a table of {options.rows:,} rows", flush=True)
        rows(connection, "create database bench")
        rows(connection, TABLE.format(rows=options.rows))
        table = live_tables(connection, "bench", ["orders_like"])["orders_like"]
        mappings = TableMappings.parse(table_mappings(find_source("olist")))
        started_at = clock(connection)
        lake = open_lake(f"{folder}/lake")
        lake.claim("bench")

        def wire() -> None:
            command = ["mariadb", "--no-defaults", f"--socket={server.socket}", "--user=root", "--quick"]
            command += ["--execute=select * from orders_like", "bench"]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

        def load(**changed: object) -> None:
            settings = S3Settings.parse({**default_settings("s3_settings"), **changed})
            with duckdb.connect() as own:
                load_table(
                    MysqlReader(server.dsn("bench"), own), table, source="bench", started_at=started_at,
                    settings=settings, mappings=mappings, lake=lake, prepare=True,
                    lob_max_bytes=TaskSettings().lob_max_bytes,
                )  # fmt: skip

        peer = best(wire, options.times)
        print(f"mariadb --quick to nowhere    {peer:6.2f} s   1.00 x")
        for name, changed in (
            ("to Parquet, as to a folder", {"CompressionType": "none"}),
            ("to Parquet, gzip as on S3", {}),
        ):
            taken = best(lambda changed=changed: load(**changed), options.times)
            print(f"full load {name:<24s}{taken:6.2f} s {taken / peer:6.2f} x", flush=True)
        connection.close()


if __name__ == "__main__":
    main()
