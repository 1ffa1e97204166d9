"""`landfall demo`: the whole path on one machine, with real parts."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from rich.markup import escape
from rich.table import Table

from ingestion.cli.dbt import DbtResult, run_dbt
from ingestion.cli.docs import build_docs
from ingestion.cli.report import console, finished, reconciliation
from ingestion.cli.source import task
from ingestion.demo import mariadb_server
from ingestion.demo.olist.load import require_files
from ingestion.demo.samples import SAMPLES, Sample
from ingestion.demo.traffic import Counts
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.reconcile.compare import TableResult
from ingestion.reconcile.compare import reconcile as compare
from ingestion.registry import Source, find_source
from ingestion.replica.task import Task

# DMS closes its files once a minute; a demonstration wants to see them sooner.
_MAX_BATCH_SECONDS = 2.0
# Tests have their say on what the changes made of it; unit tests are about the code, not the data.
_WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
_WITHOUT_TESTS = (*_WITHOUT_UNIT_TESTS, "--exclude-resource-type", "test")
# transactions a second in each shop
_RATE = 150.0

_NAMES = {"postgres": "PostgreSQL", "mysql": "MariaDB"}


@dataclass(frozen=True)
class _Shop:
    """A sample shop while the demo runs."""

    sample: Sample
    source: Source
    dsn: str
    home: Home

    def task(self) -> Task:
        """A new task that goes on from the shop's checkpoint."""
        return task(self.source, self.dsn, self.home, max_batch_seconds=_MAX_BATCH_SECONDS)


def run_demo(home: Home, *, published: Sequence[Path], orders: int, traffic_seconds: float) -> None:
    """Fills databases, replicates them, builds, changes them, builds again, reconciles, documents.

    Starts from nothing each time: what an earlier or an interrupted run left in the home is removed.
    `published` are a folder with the Olist files, a dump of classicmodels, or both; what is not there is
    generated. Exits with 1 if a test or reconciliation fails.
    """
    began = time.monotonic()
    # before anything of the last run is removed
    given = _given(published)
    samples = [sample for sample in SAMPLES.values() if sample.engine in _engines()]
    # never a lake that others read
    home = replace(home, lake=str(home.path / "lake"))
    _clear(home)
    with ExitStack() as servers:
        servers_of = {sample.engine: sample.server(home) for sample in samples}
        names = " and a live ".join(_NAMES[engine] for engine in servers_of)
        with _timed(f"{len(samples)} sample shops in a live {names}") as step:
            for server in servers_of.values():
                servers.enter_context(server)
            shops = [_Shop(each, find_source(each.source), each.dsn(home), home) for each in samples]
            # dbt reads the project meanwhile, which takes it as long
            _together(
                [partial(_fill, shop, given, orders) for shop in shops] + [partial(run_dbt, home, "parse")]
            )
            generated = ", ".join(shop.source.name for shop in shops if shop.source.name not in given)
            step.notes += [f"{name} from {path}" for name, path in given.items()]
            step.notes.append(f"{orders:,} generated orders in each of {generated}")
        with _timed("full load into bronze") as step:
            loads = _together([partial(shop.task().run, follow=False) for shop in shops])
            loaded = [rows for load in loads for rows in load.loaded_rows.values()]
            step.notes.append(f"{sum(loaded):,} rows, {len(loaded)} tables")
        with _timed("dbt build: silver, gold, marts; live traffic meanwhile") as step:
            counts, changes = _together(
                [
                    partial(_live, shops, traffic_seconds, step.part("traffic")),
                    partial(_build, home, step.part("build"), *_WITHOUT_TESTS),
                ]
            )[0]
            step.notes.append(f"{counts:,} transactions, {changes:,} changes captured from the logs")
        with _timed("dbt build again: only what changed; tests") as step:
            built = _build(home, step.show, *_WITHOUT_UNIT_TESTS)
            step.notes.append(f"{built.count('model', 'success')} models, {_passed(built)} tests passed")
        with _timed("reconcile silver with the live sources") as step:
            found = _together([partial(compare, shop.source, shop.dsn, home.warehouse) for shop in shops])
            results = {shop.source.name: tables for shop, tables in zip(shops, found, strict=True)}
            step.notes.append(f"{_differences(results)} differences")
    with _timed("dbt docs"):
        page = build_docs(home, compiled=True)
    _summary(home, counts, changes, built, results, page)
    console.print(f"[dim]all of it took {time.monotonic() - began:.0f} s[/dim]")
    if not built.succeeded or _differences(results):
        raise SystemExit(1)


def _given(published: Sequence[Path]) -> dict[str, Path]:
    """The published data by the source that they are of."""
    given: dict[str, Path] = {}
    for path in published:
        if path.is_dir():
            require_files(path)
            name = "olist"
        elif path.is_file():
            name = "classicmodels"
        else:
            raise LandfallError(f"--from {path}: no such folder (of Olist's files) or file (a dump)")
        if name in given:
            raise LandfallError(f"--from {path}: {given[name]} is the {name} of this run already")
        given[name] = path
    return given


def _engines() -> list[str]:
    """The kinds of databases that this machine can run."""
    if mariadb_server.installed():
        return ["postgres", "mysql"]
    console.print(
        "[yellow]no MariaDB on this machine:[/yellow] the shops on MySQL stay empty, the others run "
        "(`apt-get install mariadb-server` brings it)"
    )
    return ["postgres"]


def _clear(home: Home) -> None:
    others = [path.stem for path in home.state.glob("*.json") if path.stem not in SAMPLES]
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


def _fill(shop: _Shop, given: dict[str, Path], orders: int) -> None:
    path = given.get(shop.source.name)
    if path is not None and shop.sample.load is not None:
        shop.sample.load(shop.dsn, path)
    else:
        shop.sample.generate(shop.dsn, orders)


def _build(home: Home, show: Callable[[str], None], *options: str) -> DbtResult:
    result = run_dbt(
        home, "build", *options, on_node=lambda at, of, name: show(f"dbt build: {at} of {of}, {name}")
    )
    for message in result.messages:
        console.print(f"          [red]✗[/red] {escape(message)}", soft_wrap=True)
    if result.count("model", "error"):
        raise LandfallError(f"dbt build failed; its log: {home.dbt}/logs/dbt.log")
    return result


def _passed(result: DbtResult) -> int:
    return result.count("test", "pass") + result.count("unit_test", "pass")


def _live(shops: list[_Shop], seconds: float, show: Callable[[str], None]) -> tuple[int, int]:
    """Traffic on the sources while replicas follow their logs; returns transactions and changes when all
    are through."""
    followers = [_Follower(shop.task()) for shop in shops]
    stop = threading.Event()
    so_far: dict[str, Counts] = {}

    def transactions() -> int:
        return sum(counts.transactions.total() for counts in so_far.values())

    def changes() -> int:
        return sum(follower.task.progress.changes for follower in followers)

    def live(shop: _Shop) -> None:
        shop.sample.traffic(
            shop.dsn,
            seconds=seconds,
            rate=_RATE,
            stop=stop,
            on_progress=lambda counts: so_far.update({shop.source.name: counts}),
        )

    for follower in followers:
        follower.start()
    try:
        _together(
            [partial(live, shop) for shop in shops],
            meanwhile=lambda: show(
                f"traffic: {transactions():,} transactions; replicas: {changes():,} changes"
            ),
        )
    finally:
        stop.set()
        for follower in followers:
            follower.finish()
    return transactions(), changes()


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

    def finish(self) -> None:
        """Lets the task catch up, ends it, and raises what it raised."""
        self._stop_event.set()
        self.join()
        if self._error is not None:
            raise self._error


def _together(jobs: Sequence[Callable[[], Any]], meanwhile: Callable[[], None] = lambda: None) -> list[Any]:
    """Results of jobs that run at the same time, in their order; the first error is raised. Ctrl-C does
    not wait for them: the servers that they work on go away."""
    results: dict[int, Any] = {}
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            results[number] = jobs[number]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        meanwhile()
        for thread in threads:
            thread.join(0.1)
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(jobs))]


@dataclass
class _Step:
    """A step while it runs."""

    show: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    _parts: dict[str, str] = field(default_factory=dict)

    def part(self, name: str) -> Callable[[str], None]:
        """Shows what one of several says that are at work."""

        def show(text: str) -> None:
            self._parts[name] = text
            self.show("; ".join(self._parts.values()))

        return show


@contextmanager
def _timed(title: str) -> Iterator[_Step]:
    began = time.monotonic()
    with console.status(title) as status:
        step = _Step(show=status.update)
        yield step
    finished(title, ", ".join(step.notes), time.monotonic() - began)


def _summary(
    home: Home,
    transactions: int,
    changes: int,
    built: DbtResult,
    results: dict[str, list[TableResult]],
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
    for source, compared in results.items():
        console.print(f"[bold]{source}[/bold]")
        reconciliation(compared)
        console.print()
    console.print(f"changes    {changes:,} captured from {transactions:,} transactions")
    console.print(f"tests      {_passed(built)} passed, {len(built.messages)} failed")
    console.print(
        f"reconcile  {_differences(results)} differences in {sum(map(len, results.values()))} tables"
    )
    console.print(f"docs       {page}")
    console.print(f"warehouse  {home.warehouse}")
    console.print()
    console.print("[bold]next[/bold]")
    console.print("  .venv/bin/landfall traffic --seconds 30        change olist (another: --source)")
    console.print("  .venv/bin/landfall replicate                   bring the changes to bronze")
    console.print("  (cd dbt_project && ../.venv/bin/dbt build)     apply them")
    console.print("  .venv/bin/landfall reconcile                   is silver what the source is?")


def _differences(results: dict[str, list[TableResult]]) -> int:
    return sum(result.differences for tables in results.values() for result in tables)


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
