"""What a task must know of a MySQL server: its settings, its clock, and where its log is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pymysql
from pymysql.connections import Connection

from ingestion.errors import LandfallError
from ingestion.mysql.connection import rows, server_words

# A place in the log as one number: the file's number, then the position in it.
_POSITION_BITS = 40

# What the log must be set to, and the statement that does it.
_WANTED = {
    "log_bin": ("ON", "start the server with --log-bin"),
    "binlog_format": ("ROW", "set global binlog_format = ROW"),
    "binlog_row_image": ("FULL", "set global binlog_row_image = FULL"),
    "binlog_row_metadata": ("FULL", "set global binlog_row_metadata = FULL"),
}
# What only MySQL has, and must not be set to.
_UNWANTED = {
    "binlog_row_value_options": ("PARTIAL_JSON", "set global binlog_row_value_options = ''"),
    "binlog_transaction_compression": ("ON", "set global binlog_transaction_compression = OFF"),
}


def place(file: str, position: int) -> int:
    """A place in the log as a number that rises."""
    return int(file.rpartition(".")[2]) << _POSITION_BITS | position


def file_and_position(base: str, number: int) -> tuple[str, int]:
    """The place that a number stands for; `base` is the part of the files' names before the last dot."""
    return f"{base}.{number >> _POSITION_BITS:06d}", number & (1 << _POSITION_BITS) - 1


def require_row_log(catalog: Connection) -> None:
    """LandfallError, with the statements that mend it, unless the log holds whole rows and their names."""
    asked = (*_WANTED, *_UNWANTED)
    found = dict(rows(catalog, "show global variables where variable_name in %s", (asked,)))
    settings = {str(name): str(value).upper() for name, value in found.items()}
    wrong = [remedy for name, (wanted, remedy) in _WANTED.items() if settings.get(name) != wanted] + [
        remedy for name, (unwanted, remedy) in _UNWANTED.items() if settings.get(name) == unwanted
    ]
    if wrong:
        raise LandfallError(
            "the source's log does not hold what changes are read from; an administrator runs: "
            + "; ".join(wrong)
        )


def end_of_log(catalog: Connection) -> tuple[str, int]:
    """File and position where the log ends now."""
    for statement in ("show master status", "show binary log status"):
        try:
            found = rows(catalog, statement)
        except pymysql.err.ProgrammingError:
            continue  # MySQL 8.4 knows only the second, others only the first
        if found:
            return str(found[0][0]), int(found[0][1])
    raise LandfallError("the source keeps no binary log: start the server with --log-bin")


def require_log_since(catalog: Connection, file: str, position: int) -> None:
    """LandfallError unless the server still has its log from there on."""
    sizes = {str(name): int(size) for name, size, *_ in rows(catalog, "show binary logs")}
    if sizes.get(file, -1) < position:
        raise LandfallError(
            f"the source no longer has its log from {file}:{position} on, and the changes since the "
            "checkpoint are lost: keep the log for longer (binlog_expire_logs_seconds, or on RDS 'binlog "
            "retention hours'), and load again with --reload"
        )


def clock(catalog: Connection) -> datetime:
    """The server's own time."""
    ((moment,),) = rows(catalog, "select utc_timestamp(6)")
    assert isinstance(moment, datetime)
    return moment.replace(tzinfo=UTC)


def next_second(catalog: Connection) -> datetime:
    """Waits for the next whole second of the server's clock and returns it.

    MariaDB's log knows the second of a commit and no more. A load that starts with a second has every
    earlier commit behind it, and every later one in the same second or after.
    """
    wanted = clock(catalog).replace(microsecond=0) + timedelta(seconds=1)
    while (left := (wanted - clock(catalog)).total_seconds()) > 0:
        time.sleep(left)
    return wanted


def load_position(catalog: Connection, timeout_seconds: int) -> tuple[str, int]:
    """A place in the log such that every change before it can be seen by queries from now on."""
    with catalog.cursor() as cursor:
        cursor.execute("start transaction with consistent snapshot")
        # MariaDB tells the place that belongs to the snapshot
        cursor.execute("show status like 'binlog_snapshot_%%'", ())
        snapshot: dict[str, Any] = {str(name).lower(): value for name, value in cursor.fetchall()}
        cursor.execute("rollback")
    if snapshot.get("binlog_snapshot_file"):
        return str(snapshot["binlog_snapshot_file"]), int(snapshot["binlog_snapshot_position"])
    # Elsewhere a transaction can be in the log a moment before queries see it: wait until all that are
    # open now have ended.
    file, position = end_of_log(catalog)
    open_now = _open_transactions(catalog)
    deadline = time.monotonic() + timeout_seconds
    while open_now & _open_transactions(catalog):
        if time.monotonic() > deadline:
            raise LandfallError(
                f"transactions stayed open for {timeout_seconds} s, so the load could not begin; end them, "
                "or raise TransactionConsistencyTimeout in the task settings"
            )
        time.sleep(0.05)
    return file, position


def _open_transactions(catalog: Connection) -> set[tuple[Any, ...]]:
    try:
        return set(rows(catalog, "select trx_id, trx_started from information_schema.innodb_trx"))
    except pymysql.MySQLError as error:
        raise LandfallError(
            f"the user may not see open transactions ({server_words(error)}): grant process on *.* to it"
        ) from None
