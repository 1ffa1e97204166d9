"""What the commands print."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingestion.reconcile.compare import TableResult

console = Console(highlight=False)

# a person reads the first few, and mends the cause
SHOWN_DIFFERENCES = 20


def finished(title: str, detail: str, seconds: float) -> None:
    """One finished step and how long it took."""
    console.print(
        f"[dim]{seconds:6.1f} s[/dim]  [green]✓[/green] {title}  [dim]{escape(detail)}[/dim]", soft_wrap=True
    )


def reconciliation(results: Iterable[TableResult]) -> None:
    """The outcome per table, and the rows that differ."""
    table = Table(box=None, pad_edge=False)
    table.add_column("table")
    for name in ("source rows", "silver rows", "differences"):
        table.add_column(name, justify="right")
    results = list(results)
    for result in results:
        style = "red" if result.differences else None
        table.add_row(
            result.table,
            f"{result.source_rows:,}",
            "no model" if result.silver_rows is None else f"{result.silver_rows:,}",
            "" if result.silver_rows is None else f"{result.differences:,}",
            style=style,
        )
    console.print(table)
    shown = [(result.table, difference) for result in results for difference in result.shown]
    for name, difference in shown[:SHOWN_DIFFERENCES]:
        what = f"{name}  {difference.key}  {difference.kind}"
        if difference.column:
            what += f": column {difference.column} is {difference.silver_value!r} in silver, "
            what += f"{difference.source_value!r} in the source"
        console.print(f"  [red]✗[/red] {escape(what)}", soft_wrap=True)
    if len(shown) > SHOWN_DIFFERENCES:
        console.print("    [dim]… and more; the table above counts the rows[/dim]")
