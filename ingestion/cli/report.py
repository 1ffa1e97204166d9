"""What the commands print."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingestion.reconcile.compare import TableResult

console = Console(highlight=False)


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
            f"{result.silver_rows:,}",
            f"{result.differences:,}",
            style=style,
        )
    console.print(table)
    for result in results:
        for shown in result.shown:
            what = f"{result.table}  {shown.key}  {shown.kind}"
            if shown.column:
                what += f": column {shown.column} is {shown.silver_value!r} in silver, "
                what += f"{shown.source_value!r} in the source"
            console.print(f"  [red]✗[/red] {escape(what)}", soft_wrap=True)
        rest = result.differences - len({shown.key for shown in result.shown})
        if rest > 0:
            console.print(f"    [dim]… and {rest:,} more in {result.table}[/dim]")
