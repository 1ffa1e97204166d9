"""The replication slot and the publications of a task: what it leaves at the source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import psycopg2
import psycopg2.extensions

from ingestion.errors import LandfallError, SourceAway
from ingestion.live import LiveTable
from ingestion.postgres.connection import first_line
from ingestion.sql import sql_name


class PostgresSlot:
    """A slot by its name; its publications are named after it."""

    def __init__(self, catalog: psycopg2.extensions.connection, name: str) -> None:
        self._catalog = catalog
        self.name = name
        self.publications = [name, f"{name}_inserts"]

    def create(self, timeout_seconds: int) -> int:
        """Makes the slot and returns where its changes begin.

        Waits for the transactions that are open now, for so long at most.
        """
        with self._catalog.cursor() as cursor:
            try:
                cursor.execute(f"set statement_timeout = '{timeout_seconds}s'")
                cursor.execute(
                    "select lsn - '0/0'::pg_lsn from pg_create_logical_replication_slot(%s, 'pgoutput')",
                    (self.name,),
                )
                row = cursor.fetchone()
            except psycopg2.errors.QueryCanceled:
                raise LandfallError(
                    f"transactions stayed open for {timeout_seconds} s, so the load could not begin; "
                    "end them, or raise TransactionConsistencyTimeout in the task settings"
                ) from None
            finally:
                cursor.execute("reset statement_timeout")
        assert row is not None
        return int(row[0])

    def require(self) -> None:
        """LandfallError unless the slot still has the changes since the checkpoint."""
        with self._catalog.cursor() as cursor:
            cursor.execute(
                "select wal_status, current_setting('max_slot_wal_keep_size') from pg_replication_slots "
                "where slot_name = %s",
                (self.name,),
            )
            found = cursor.fetchone()
        if found is None:
            raise LandfallError(
                f"slot '{self.name}' is not at the source: somebody dropped it, and the changes since the "
                "checkpoint are lost; load again with --reload"
            )
        if found[0] == "lost":
            raise LandfallError(
                f"slot '{self.name}' has lost changes: the source removed log that was not read yet "
                f"(max_slot_wal_keep_size = {found[1]}); raise that, and load again with --reload"
            )

    def refuse_other_reader(self, *, even_ours: bool) -> None:
        """SourceAway if somebody reads the slot. A replica of ours may be one that was killed, and the
        server has not noticed yet."""
        with self._catalog.cursor() as cursor:
            cursor.execute(
                "select s.active_pid from pg_replication_slots as s "
                "left join pg_stat_activity as a on a.pid = s.active_pid "
                "where s.slot_name = %s and s.active_pid is not null "
                "and (%s or a.application_name is distinct from 'landfall')",
                (self.name, even_ours),
            )
            if found := cursor.fetchone():
                raise self.in_use(f"active for PID {found[0]}")

    def in_use(self, by: str) -> SourceAway:
        """What to say of a slot that another process reads."""
        return SourceAway(
            f"slot '{self.name}' is in use ({by}): stop that reader, or end its session with "
            "pg_terminate_backend"
        )

    def drop(self) -> None:
        """Removes slot and publications, as far as they are there."""
        with self._catalog.cursor() as cursor:
            try:
                cursor.execute(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
                    "where slot_name = %s",
                    (self.name,),
                )
            except psycopg2.errors.ObjectInUse as error:
                raise self.in_use(first_line(error)) from None
            for publication in self.publications:
                cursor.execute(f"drop publication if exists {sql_name(publication)}")

    def publish(self, tables: Iterable[LiveTable]) -> None:
        """Has the log tell of these tables and of no others.

        Tables without a key get a publication of inserts only: publishing their updates would make
        PostgreSQL refuse those updates to the application.
        """
        keyed = [table for table in tables if table.primary_key]
        keyless = [table for table in tables if not table.primary_key]
        self._check_identity(keyed)
        wanted = [(keyed, "insert, update, delete"), (keyless, "insert")]
        with self._catalog.cursor() as cursor:
            for publication, (members, operations) in zip(self.publications, wanted, strict=True):
                cursor.execute("select 1 from pg_publication where pubname = %s", (publication,))
                name = sql_name(publication)
                if not cursor.fetchone():
                    cursor.execute(f"create publication {name} with (publish = '{operations}')")
                # the changes of a partition belong to its table, under the table's name
                cursor.execute(f"alter publication {name} set (publish_via_partition_root = true)")
                if self._catalog.server_version >= 180000:
                    cursor.execute(f"alter publication {name} set (publish_generated_columns = stored)")
                if members:
                    cursor.execute(
                        f"alter publication {name} set table {', '.join(table.sql for table in members)}"
                    )

    def published(self, schema: str) -> set[str]:
        """Tables of a schema whose changes the log tells at present."""
        with self._catalog.cursor() as cursor:
            cursor.execute(
                "select c.relname from pg_publication_rel as r "
                "join pg_publication as p on p.oid = r.prpubid join pg_class as c on c.oid = r.prrelid "
                "join pg_namespace as n on n.oid = c.relnamespace "
                "where p.pubname = any (%s) and n.nspname = %s",
                (self.publications, schema),
            )
            return {name for (name,) in cursor.fetchall()}

    def _check_identity(self, tables: list[LiveTable]) -> None:
        """Changes must tell their row by its primary key; and where a table has no replica identity,
        publishing it would make PostgreSQL refuse the application's updates."""
        with self._catalog.cursor() as cursor:
            for table in tables:
                cursor.execute(
                    """
                    select c.oid::regclass::text from pg_class as c
                    join pg_index as i on i.indrelid = c.oid and i.indisprimary
                    where (c.oid = %(name)s::regclass
                            or c.oid in (select relid from pg_partition_tree(%(name)s::regclass)))
                        and case c.relreplident
                            when 'f' then false
                            when 'd' then not i.indimmediate
                            when 'i' then not i.indisreplident
                            else true end
                    """,
                    {"name": table.sql},
                )
                if row := cursor.fetchone():
                    raise LandfallError(
                        f"the log would not tell {row[0]}'s rows by their primary key: "
                        f"alter table {row[0]} replica identity default (full, if the key is deferrable)"
                    )


def clock(catalog: psycopg2.extensions.connection) -> datetime:
    """The source's own time."""
    with catalog.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment
