"""`landfall demo`: the whole path on one machine, with real parts."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from rich.table import Table

from ingestion.cli.dbt import DbtResult, run_dbt
from ingestion.cli.docs import build_docs
from ingestion.cli.report import console, finished, reconciliation
from ingestion.cli.source import SAMPLE_SOURCE, task
from ingestion.demo.olist.load import from_csv, from_generator, require_files
from ingestion.demo.olist.traffic import Counts, run_traffic
from ingestion.demo.postgres_server import PostgresServer
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.postgres.connection import connect
from ingestion.reconcile.compare import TableResult
from ingestion.reconcile.compare import reconcile as compare
from ingestion.registry import Source, find_source
from ingestion.replica.task import Progress, Task

# DMS closes its files once a minute; a demonstration wants to see them sooner.
_MAX_BATCH_SECONDS = 2.0


def run_demo(home: Home, *, csv: Path | None, orders: int, traffic_seconds: float) -> None:
    """Fills a database, replicates it, builds, changes it, builds again, reconciles, documents.

    Starts from nothing each time: what an earlier or an interrupted run left in the home is removed.
    Exits through typer's Exit(1) if a test or reconciliation fails.
    """
    began = time.monotonic()
    source = find_source(SAMPLE_SOURCE)
    if csv is not None:
        # before anything of the last run is removed
        require_files(csv)
    # never a lake that others read
    home = replace(home, lake=str(home.path / "lake"))
    _clear(home)
    with PostgresServer(home.postgres) as server:
        dsn = server.dsn()
        _fill(dsn, csv, orders)
        work = task(source, dsn, home, max_batch_seconds=_MAX_BATCH_SECONDS)
        with _timed("full load into bronze") as step:
            loaded = work.run(follow=False)
            step.notes.append(f"{sum(loaded.loaded_rows.values()):,} rows, {len(loaded.loaded_rows)} tables")
        first = _build(home, "dbt build: silver, gold, marts, tests")
        counts, changes = _live(source, dsn, home, traffic_seconds)
        # unit tests are about the code, which is the same
        second = _build(home, "dbt build again: only what changed", "--exclude-resource-type", "unit_test")
        with _timed("reconcile silver with the live source") as step:
            results = compare(source, dsn, home.warehouse)
            step.notes.append(f"{sum(result.differences for result in results)} differences")
    with _timed("dbt docs"):
        page = build_docs(home, compiled=True)
    _summary(home, counts, changes, first, second, results, page)
    console.print(f"[dim]all of it took {time.monotonic() - began:.0f} s[/dim]")
    if not first.succeeded or not second.succeeded or any(r.differences for r in results):
        raise SystemExit(1)


def _clear(home: Home) -> None:
    others = [path.stem for path in home.state.glob("*.json") if path.stem != SAMPLE_SOURCE]
    if others:
        raise LandfallError(
            f"{home.path} holds the replica of '{others[0]}', and the demo starts from nothing: "
            "give it another folder with --home"
        )
    for path in (Path(home.lake), home.state, home.dbt / "run_results.json", home.site):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in home.path.glob("warehouse.duckdb*"):
        path.unlink()


def _fill(dsn: str, csv: Path | None, orders: int) -> None:
    with _timed("sample shop in a live PostgreSQL") as step:
        connection = connect(dsn)
        try:
            with connection.cursor() as cursor:
                # a slot of an earlier run would hold the log, and its publication the tables
                cursor.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots")
            if csv is None:
                from_generator(connection, orders, reset=True)
            else:
                from_csv(connection, csv, reset=True)
        finally:
            connection.close()
        step.notes.append(f"from {csv}" if csv else f"{orders:,} generated orders")


def _build(home: Home, title: str, *options: str) -> DbtResult:
    with _timed(title) as step:
        result = run_dbt(
            home, "build", *options, on_node=lambda at, of, name: step.show(f"{title}: {at} of {of}, {name}")
        )
        step.notes.append(f"{result.count('model', 'success')} models, {_passed(result)} tests passed")
    for message in result.messages:
        console.print(f"          [red]✗[/red] {message}", soft_wrap=True)
    if result.count("model", "error"):
        raise LandfallError(f"dbt build failed; its log: {home.dbt}/logs/dbt.log")
    return result


def _passed(result: DbtResult) -> int:
    return result.count("test", "pass") + result.count("unit_test", "pass")


def _live(source: Source, dsn: str, home: Home, seconds: float) -> tuple[Counts, Progress]:
    """Traffic on the source while the replica follows its log; returns when both are through."""
    follower = _Follower(task(source, dsn, home, max_batch_seconds=_MAX_BATCH_SECONDS))
    with _timed("live traffic, captured from the log") as step:
        follower.start()
        try:
            counts = run_traffic(
                dsn,
                seconds=seconds,
                on_progress=lambda so_far: step.show(
                    f"traffic: {so_far.transactions.total():,} transactions; "
                    f"replica: {follower.task.progress.changes:,} changes"
                ),
            )
        finally:
            progress = follower.finish()
        step.notes.append(f"{counts.transactions.total():,} transactions, {progress.changes:,} changes")
    return counts, progress


class _Follower(threading.Thread):
    """A task in a thread of its own, so that it reads the log while traffic goes on."""

    def __init__(self, task: Task) -> None:
        super().__init__(daemon=True)
        self.task = task
        self._stop_event = threading.Event()
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self.task.run(follow=True, stop=self._stop_event)
        except BaseException as error:
            self._error = error

    def finish(self) -> Progress:
        """Lets the task catch up, ends it, and raises what it raised."""
        self._stop_event.set()
        self.join()
        if self._error is not None:
            raise self._error
        return self.task.progress


@dataclass
class _Step:
    """A step while it runs."""

    show: Callable[[str], None]
    notes: list[str] = field(default_factory=list)


@contextmanager
def _timed(title: str) -> Iterator[_Step]:
    began = time.monotonic()
    with console.status(title) as status:
        step = _Step(show=status.update)
        yield step
    finished(title, ", ".join(step.notes), time.monotonic() - began)


def _summary(
    home: Home,
    counts: Counts,
    changes: Progress,
    first: DbtResult,
    second: DbtResult,
    results: list[TableResult],
    page: Path,
) -> None:
    console.print()
    layers = Table(box=None, pad_edge=False, title_justify="left")
    layers.add_column("layer")
    layers.add_column("tables", justify="right")
    layers.add_column("rows", justify="right")
    for layer, tables, rows, _ in _layer_sizes(home):
        layers.add_row(layer, f"{tables}", f"{rows:,}")
    console.print(layers)
    console.print()
    reconciliation(results)
    console.print()
    failed = sum(len(result.messages) for result in (first, second))
    different = sum(result.differences for result in results)
    console.print(
        f"changes    {changes.changes:,} captured from {counts.transactions.total():,} transactions"
    )
    console.print(f"tests      {_passed(first)} passed, after the changes {_passed(second)}, {failed} failed")
    console.print(f"reconcile  {different} differences in {len(results)} tables")
    console.print(f"docs       {page}")
    console.print(f"warehouse  {home.warehouse}")
    console.print()
    console.print("[bold]next[/bold]")
    console.print("  .venv/bin/landfall traffic --seconds 30        change the source")
    console.print("  .venv/bin/landfall replicate                   bring the changes to bronze")
    console.print("  (cd dbt_project && ../.venv/bin/dbt build)     apply them")
    console.print("  .venv/bin/landfall reconcile                   is silver what the source is?")


def _layer_sizes(home: Home) -> list[tuple[str, int, int, int]]:
    """Tables and rows per layer; bronze counts the rows of its files, changes included."""
    prefix = f"{home.lake}/bronze/"
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(
            f"""
            select 'bronze', count(distinct split_part(substr(file_name, {len(prefix) + 1}), '/', 3)),
                sum(num_rows)::bigint, 0 as place
            from parquet_file_metadata('{prefix}**/*.parquet')
            union all
            select schema_name, count(*), sum(estimated_size)::bigint,
                list_position(['silver', 'gold', 'marts'], schema_name)
            from duckdb_tables()
            where schema_name in ('silver', 'gold', 'marts')
            group by schema_name
            order by place
            """
        ).fetchall()
