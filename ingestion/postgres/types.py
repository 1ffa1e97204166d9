"""How a PostgreSQL type becomes a bronze column.

Each type has one bronze type and several ways there, which must agree to the last digit: an expression
over the log's text form, one that the server computes for a full load, and, where DuckDB's scanner
brings the value as it is, one over the scanned column. A table of only such columns is scanned by
several threads at once; one other column, and its rows come through a query on the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingestion.live import TypeRule

# The same type in both worlds: read as it is, cast from text as it is.
_PLAIN = {
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "real": "real",
    "double precision": "double",
    "time without time zone": "time",
}


@dataclass(frozen=True)
class PostgresRule(TypeRule):
    """`load` is what the server computes for a full load; `scan` is over a column that the scanner
    brings, and `scan_unless` a condition on the server under which it cannot after all."""

    load: str = "{}"
    scan: str | None = None
    scan_unless: str | None = None


_TEXT = PostgresRule("varchar", load="{}::text")

# '@ 1 year 2 mons 3 days' to '1 YEAR, 2 MONTHS, 3 DAYS', the one form that DMS's documents show; the
# functions are the same on the server and in DuckDB
_INTERVAL = "replace(upper({}), '@ ', '')"
for _short, _word in (("MON", "MONTH"), ("MIN", "MINUTE"), ("SEC", "SECOND")):
    _INTERVAL = rf"regexp_replace({_INTERVAL}, '{_short}(S?)', '{_word}\1')"
_INTERVAL = rf"regexp_replace({_INTERVAL}, '([A-Z]) (-?\d)', '\1, \2', 'g')"

# DuckDB writes '0044-03-15 (BC) 12:00:00' where PostgreSQL writes '0044-03-15 12:00:00 BC'.
_TIMESTAMP = r"regexp_replace({}, '^(\S+) (.*) BC$', '\1 (BC) \2')"


def type_rule(pg_type: str) -> PostgresRule:
    """The rule for a type as PostgreSQL's format_type() names it. What is unknown travels as text."""
    base, arguments = _split(pg_type)
    if base in _PLAIN:
        return PostgresRule(_PLAIN[base], scan="{}")
    match base:
        case "text" | "character varying":
            return PostgresRule("varchar", scan="{}", is_lob=not arguments)
        case "numeric":
            return _numeric(arguments)
        case "money":
            return PostgresRule(
                "decimal(38,4)",
                log="regexp_replace({}, '[$,]', '', 'g')",
                load="{}::numeric(38,4)",
            )
        case "timestamp with time zone":
            in_utc = "({} at time zone 'UTC')"
            without_zone = _TIMESTAMP.format("regexp_replace({}, '[+]00( BC)?$', '\\1')")
            return PostgresRule("timestamp", log=without_zone, load=in_utc, scan=in_utc)
        case "timestamp without time zone":
            return PostgresRule("timestamp", log=_TIMESTAMP, scan="{}")
        case "date":
            return PostgresRule("date", log="regexp_replace({}, ' BC$', ' (BC)')", scan="{}")
        case "bytea":
            return PostgresRule("blob", log="unhex(substring({}, 3))", scan="{}", is_lob=True)
        case "boolean":
            # DMS writes the words, in Parquet too
            words = "case {} when 't' then 'true' when 'f' then 'false' end"
            return PostgresRule("varchar", log=words, load="{}::text", scan="{}::varchar")
        case "uuid":
            return PostgresRule("varchar", load="{}::text", scan="{}::varchar")
        case "character":
            # ::text would drop the padding that the log shows
            return PostgresRule("varchar", load=f"rpad({{}}::text, {arguments or '1'})")
        case "interval":
            return PostgresRule("varchar", log=_INTERVAL, load=_INTERVAL.format("{}::text"))
        case "bit" | "bit varying":
            return _TEXT
        case _:
            # documents, arrays and composites; of the others no value is as long as the shortest LOB
            return replace(_TEXT, is_lob=True)


def _numeric(arguments: str) -> PostgresRule:
    """A decimal has no place for NaN and the infinities: they become null. DuckDB's scanner would
    make zeros of them, so numerics are scanned only where none is in the table (see `scan_unless`)."""
    if not arguments:
        # DMS makes NUMERIC(28,6) of a numeric without precision, and cuts what is beyond
        cut = r"regexp_replace({}, '([.]\d{{6}})\d+$', '\1')"
        return PostgresRule(
            "decimal(28,6)",
            log=f"try_cast({cut} as decimal(28,6))",
            load="(case when abs({0}) < 1e22 then trunc({0}, 6) end)::numeric(28,6)",
        )
    precision, _, scale = arguments.partition(",")
    if int(precision) > 38 or not 0 <= int(scale or 0) <= int(precision):
        return _TEXT
    return PostgresRule(
        f"decimal({precision},{scale or 0})",
        log="nullif({}, 'NaN')",
        load=f"nullif({{}}, 'NaN')::numeric({arguments})",
        scan="{}",
        scan_unless="{} = 'NaN'",
    )


def _split(pg_type: str) -> tuple[str, str]:
    """'numeric(10,2)' to ('numeric', '10,2'); an array keeps its brackets and so stays text."""
    arguments = re.search(r"\(([^)]*)\)", pg_type)
    return re.sub(r"\([^)]*\)", "", pg_type), arguments.group(1) if arguments else ""
