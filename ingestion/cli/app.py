"""`landfall`: the commands."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ingestion.bronze.lake import S3Lake, open_lake
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.catalog.sync import sync_catalog
from ingestion.cli.demo import run_demo
from ingestion.cli.docs import build_docs
from ingestion.cli.report import console, reconciliation
from ingestion.cli.source import SAMPLE_SOURCE, database, task
from ingestion.demo.samples import SAMPLES
from ingestion.demo.traffic import Counts
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.engines import engine_of
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.reconcile.compare import reconcile as compare
from ingestion.reconcile.compare import unbuilt_files
from ingestion.registry import Source, find_source
from ingestion.replica.declaration import keyless_tables, wrong_declarations
from ingestion.replica.task import Progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="A change-correct star schema out of operational databases.",
    epilog="Example: landfall demo --orders 2000",
)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="Where everything made at run time lies (or LANDFALL_HOME)."),
]
SourceOption = Annotated[str, typer.Option("--source", help="A source of the registry.")]


@app.command(epilog="Example: landfall demo --from ~/olist --from ~/mysqlsampledatabase.sql")
def demo(
    published: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Published data, not generated: the folder of the Olist CSV files, or the SQL dump of "
            "classicmodels. May be given twice.",
        ),
    ] = None,
    home: HomeOption = None,
    orders: Annotated[int, typer.Option(min=1, help="Orders to generate in each other shop.")] = 2000,
    traffic_seconds: Annotated[float, typer.Option(min=0, help="How long live traffic runs.")] = 5,
) -> None:
    """Live databases to tested star schema, from nothing, in one go."""
    run_demo(Home.find(home), published=published or [], orders=orders, traffic_seconds=traffic_seconds)


@app.command(epilog="Example: landfall replicate --follow --max-batch-seconds 5")
def replicate(
    source: SourceOption = SAMPLE_SOURCE,
    home: HomeOption = None,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow/--once", help="Go on until Ctrl-C (a second one ends at once), or end when caught up."
        ),
    ] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="Forget the checkpoint and load every table again.")
    ] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Remove the slot and the publication from the source, and end.")
    ] = False,
    max_batch_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="CdcMaxBatchInterval, if not that of s3_settings.json.")
    ] = None,
) -> None:
    """Full load and changes of a source into bronze, written as AWS DMS writes them."""
    place, registered = Home.find(home), find_source(source)
    stop = threading.Event()

    def end(number: int, frame: object) -> None:
        # The first time in order: open files are written, the checkpoint moves. The second time at once,
        # since a full load looks up from nothing: whenever it ends, nothing is lost.
        if stop.is_set() or not follow:
            _interrupt(number, frame)
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with database(registered, place) as dsn:
        work = task(registered, dsn, place, max_batch_seconds=max_batch_seconds)
        if drop:
            work.drop()
            console.print(f"nothing of '{source}' is left at its source")
            return
        _check_declaration(registered, dsn, first=reload or not (place.state / f"{source}.json").exists())
        with console.status("starting") as status:
            done = work.run(
                follow=follow,
                reload=reload,
                stop=stop,
                on_progress=lambda progress: status.update(_progress_text(progress)),
                on_trouble=lambda line: console.print(
                    f"[yellow]away:[/yellow] {escape(line)}", soft_wrap=True
                ),
            )
    if done.loaded_rows:
        console.print(f"loaded {sum(done.loaded_rows.values()):,} rows of {len(done.loaded_rows)} tables")
    console.print(f"{done.changes:,} changes in {done.files} files; lake: {place.lake}", soft_wrap=True)


@app.command(epilog="Example: landfall traffic --seconds 30 --rate 500")
def traffic(
    source: Annotated[str, typer.Option("--source", help="A sample shop.")] = SAMPLE_SOURCE,
    home: HomeOption = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Ends by itself after so long.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Transactions a second.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed does the same things.")] = 1,
) -> None:
    """Live changes in a sample database, until Ctrl-C."""
    place, stop = Home.find(home), threading.Event()
    signal.signal(signal.SIGINT, lambda number, frame: stop.set())
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    if source not in SAMPLES:
        raise LandfallError(f"--source {source}: traffic is for a sample shop, {', '.join(SAMPLES)}")
    with database(find_source(source), place) as dsn, console.status("starting") as status:
        counts = SAMPLES[source].traffic(
            dsn,
            seconds=seconds,
            rate=rate,
            seed=seed,
            stop=stop,
            on_progress=lambda so_far: status.update(_traffic_text(so_far)),
        )
    console.print(_traffic_text(counts))


@app.command(epilog="Example: landfall reconcile --source olist")
def reconcile(source: SourceOption = SAMPLE_SOURCE, home: HomeOption = None) -> None:
    """Compare silver with the live source, row by row. Exit code 1 if anything differs."""
    place, registered = Home.find(home), find_source(source)
    with database(registered, place) as dsn, console.status("comparing"):
        results = compare(registered, dsn, place.warehouse)
        waiting = unbuilt_files(registered, open_lake(place.lake), place.warehouse)
    reconciliation(results)
    if waiting:
        console.print(f"{waiting} files in bronze are not built yet: run `dbt build`, then look again")
    if any(result.differences for result in results):
        raise typer.Exit(1)


@app.command(epilog="Example: landfall catalog --source olist")
def catalog(source: SourceOption = SAMPLE_SOURCE, home: HomeOption = None) -> None:
    """Glue tables over a source's bronze in S3, and the list of its files. Before each build on Athena."""
    place = Home.find(home)
    lake = open_lake(place.lake)
    if not isinstance(lake, S3Lake):
        raise LandfallError(
            f"the lake is the folder {place.lake}, and a catalog is over S3: set LANDFALL_LAKE=s3://bucket/prefix"
        )
    registered = find_source(source)
    done = sync_catalog(
        registered,
        lake,
        S3Settings.parse(default_settings("s3_settings")),
        TableMappings.parse(table_mappings(registered)),
    )
    console.print(
        f"Glue database {done.database}: {done.tables} tables ({done.changed} made or changed), "
        f"{done.files} bronze files listed",
        soft_wrap=True,
    )


@app.command(epilog="Example: landfall docs && open .landfall/site/index.html")
def docs(home: HomeOption = None) -> None:
    """The dbt docs as one static page."""
    place = Home.find(home)
    with console.status("dbt docs generate"):
        page = build_docs(place)
    console.print(str(page))


def _check_declaration(source: Source, dsn: str, *, first: bool) -> None:
    """Before a load a wrong declaration is an error; once changes flow, what drifted is only told."""
    engine = engine_of(source)
    with engine.catalog(dsn) as catalog:
        wrong = wrong_declarations(source, engine, catalog)
    if first:
        for line in keyless_tables(source):
            console.print(f"[yellow]no key:[/yellow] {escape(line)}", soft_wrap=True)
    if wrong and first:
        more = f" (and {len(wrong) - 1} more like it)" if len(wrong) > 1 else ""
        raise LandfallError(wrong[0] + more)
    for line in wrong:
        console.print(f"[yellow]drift:[/yellow] {escape(line)}", soft_wrap=True)


def _progress_text(progress: Progress) -> str:
    if progress.loading:
        return f"full load: {progress.loading}"
    return (
        f"{progress.changes:,} changes in {progress.files} files, {progress.lag_bytes:,} bytes of log behind"
    )


def _traffic_text(counts: Counts) -> str:
    return (
        f"{counts.transactions.total():,} transactions: {counts.inserts.total():,} inserts, "
        f"{counts.updates.total():,} updates, {counts.deletes.total():,} deletes"
    )


_interrupted = threading.Event()


def _interrupt(number: int, frame: object) -> None:
    _interrupted.set()
    raise KeyboardInterrupt


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 a check found something, 2 wrong use or set-up, 130 Ctrl-C."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        app()
    except SystemExit:
        # what is raised while a process forks, Python swallows
        if _interrupted.is_set():
            sys.exit(130)
        raise
    except Exception as error:
        # whatever was under way may have told of the interruption in its own words
        if _interrupted.is_set():
            sys.exit(130)
        if not isinstance(error, LandfallError):
            raise
        console.print(f"[red]landfall:[/red] {escape(str(error))}", soft_wrap=True)
        sys.exit(2)
