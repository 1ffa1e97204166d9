"""May the replica's user do what a task needs? Asked before anything is made at the source."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg2.extensions

from ingestion.errors import LandfallError
from ingestion.live import LiveTable
from ingestion.sql import sql_name

# On RDS and Aurora membership in a role stands for the attribute.
_SERVER = """
    select
        current_user,
        exists (
            select from pg_roles
            where rolname = current_user and (rolreplication or rolsuper)
                or rolname = 'rds_replication' and pg_has_role(oid, 'member')
        ),
        exists (select from pg_roles where rolname = 'rds_replication'),
        current_database(),
        has_database_privilege(current_database(), 'create')
            or (select count(*) from pg_publication where pubname = any (%s)) = %s
"""

# Publishing a table takes its owner, or a member of the role that owns it.
_TABLES = """
    select
        c.relname,
        pg_get_userbyid(c.relowner),
        pg_has_role(c.relowner, 'usage'),
        exists (select from pg_roles where oid = c.relowner and rolsuper),
        has_schema_privilege(n.oid, 'usage'),
        has_table_privilege(c.oid, 'select') or (
            select bool_and(has_column_privilege(c.oid, a.attnum, 'select'))
            from pg_attribute as a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        )
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = %s and c.relname = any (%s)
    order by c.relname
"""

_PUBLICATIONS = """
    select pubname from pg_publication
    where pubname = any (%s) and not pg_has_role(pubowner, 'usage')
"""


def check_rights(
    catalog: psycopg2.extensions.connection, tables: Iterable[LiveTable], publications: list[str]
) -> None:
    """LandfallError with the statements that would give the user what it lacks."""
    with catalog.cursor() as cursor:
        cursor.execute(_SERVER, (publications, len(publications)))
        found = cursor.fetchone()
        assert found is not None
        user, may_replicate, on_rds, database, may_publish = found
        grantee = sql_name(user)
        lacking = []
        if not may_replicate:
            lacking.append(
                f"grant rds_replication to {grantee}" if on_rds else f"alter role {grantee} replication"
            )
        if not may_publish:
            lacking.append(f"grant create on database {sql_name(database)} to {grantee}")
        by_schema: dict[str, list[str]] = {}
        for table in tables:
            by_schema.setdefault(table.schema, []).append(table.name)
        for schema, names in by_schema.items():
            cursor.execute(_TABLES, (schema, names))
            lacking += _lacking_of_tables(schema, cursor.fetchall(), grantee)
        cursor.execute(_PUBLICATIONS, (publications,))
        lacking += [f"alter publication {sql_name(name)} owner to {grantee}" for (name,) in cursor.fetchall()]
    if lacking:
        raise LandfallError(
            f"user '{user}' may not do all that a replica must; an administrator of the source runs: "
            + "; ".join(lacking)
        )


def _lacking_of_tables(
    schema: str, rows: list[tuple[str, str, bool, bool, bool, bool]], grantee: str
) -> list[str]:
    lacking = []
    if not all(in_schema for *_, in_schema, _ in rows):
        lacking.append(f"grant usage on schema {sql_name(schema)} to {grantee}")
    unread = [f"{sql_name(schema)}.{sql_name(row[0])}" for row in rows if not row[-1]]
    if unread:
        lacking.append(f"grant select on {', '.join(unread)} to {grantee}")
    for name, owner, owned, owner_is_super, _, _ in rows:
        if not owned and owner_is_super:
            # membership would make a superuser of the replica
            lacking.append(f"alter table {sql_name(schema)}.{sql_name(name)} owner to {grantee}")
        elif not owned:
            lacking.append(f"grant {sql_name(owner)} to {grantee}")
    return list(dict.fromkeys(lacking))
