"""Which database a command works on, and the task that replicates it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingestion.bronze.lake import Lake, open_lake
from ingestion.demo.samples import SAMPLES
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.engines import dsn_variable, engine_of, source_dsn
from ingestion.errors import CannotConnect, LandfallError
from ingestion.home import Home
from ingestion.registry import Source
from ingestion.replica.task import Task, TaskConfig

SAMPLE_SOURCE = "olist"


@contextmanager
def database(source: Source, home: Home) -> Iterator[str]:
    """Connection string of a source: the one that the environment names, else the sample server of
    the home, which is started for as long as it is needed if no other command runs it."""
    sample = SAMPLES.get(source.name)
    if dsn_variable(source.name) in os.environ or sample is None:
        try:
            yield source_dsn(source)
        except CannotConnect as error:
            raise CannotConnect(
                f"{error}; check {dsn_variable(source.name)}, and the password in it, "
                f"{engine_of(source).password_hint}"
            ) from None
        return
    server = sample.server(home)
    if not server.data_dir.exists():
        raise LandfallError(
            f"no sample shop {source.name} in {home.path}: `make run` makes one "
            f"(or set LANDFALL_HOME, or {dsn_variable(source.name)} for a database of your own)"
        )
    if sample.answers(home):
        yield sample.dsn(home)
    else:
        with server:
            yield sample.dsn(home)


def task(source: Source, dsn: str, home: Home, *, max_batch_seconds: float | None = None) -> Task:
    """The task that replicates a source into the home's lake, with the settings that AWS gets."""
    settings: dict[str, Any] = default_settings("s3_settings")
    if max_batch_seconds is not None:
        settings["CdcMaxBatchInterval"] = max_batch_seconds
    if not home.lake.startswith("s3://"):
        # gzip takes longer than the load itself, and on a local disk it saves nobody money
        settings["CompressionType"] = "none"
    config = TaskConfig(
        source=source.name,
        schema=source.schema,
        tables=tuple(table.name for table in source.tables),
        s3_settings=settings,
        table_mappings=table_mappings(source),
        task_settings=default_settings("task_settings"),
        engine=source.engine,
    )
    lake: Lake = open_lake(home.lake)
    return Task(config, dsn, lake, home.state)
