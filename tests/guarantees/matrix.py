"""The matrix of guarantees: scenario by source engine by target engine, each cell true or a stated gap.

`guarantees.yml` is the matrix; `python -m tests.guarantees.matrix` renders it into the page of
guarantees, which dbt docs shows as the project's own page. test_matrix.py holds both to the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from ingestion.home import REPOSITORY

MATRIX = Path(__file__).with_name("guarantees.yml")
PAGE = REPOSITORY / "dbt_project" / "models" / "_guarantees.md"

_MARKS = {"shown": "✓", "gap": "gap", "not applicable": "–"}


@dataclass(frozen=True)
class Cell:
    """`says`: the tests' ids below tests/, or why there is none. `target` none: no warehouse has a part."""

    source: str
    target: str | None
    kind: Literal["shown", "gap", "not applicable"]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Guarantee:
    """One sentence. `promised` is false for what this project does not do, shown all the same."""

    words: str
    promised: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """Engines (name to words for people), the guarantees under their headings, and limits in plain words."""

    sources: Mapping[str, str]
    targets: Mapping[str, str]
    sections: Mapping[str, tuple[Guarantee, ...]]
    limits: tuple[str, ...] = ()

    def guarantees(self) -> Iterator[Guarantee]:
        """All of them."""
        for guarantees in self.sections.values():
            yield from guarantees

    def tests(self) -> set[str]:
        """Every test that a cell names, as pytest spells it."""
        return {
            f"tests/{test}"
            for guarantee in self.guarantees()
            for cell in guarantee.cells
            if cell.kind == "shown"
            for test in cell.says
        }


def load(path: Path = MATRIX) -> Matrix:
    """The matrix. KeyError or ValueError where it is not of the shape that its head describes."""
    parsed = yaml.safe_load(path.read_text("utf-8"))
    sources, targets = parsed["sources"], parsed["targets"]
    return Matrix(
        sources,
        targets,
        {
            title: tuple(_guarantee(entry, list(sources), list(targets)) for entry in entries)
            for title, entries in parsed["sections"].items()
        },
        tuple(" ".join(limit.split()) for limit in parsed["limits"]),
    )


def _guarantee(entry: dict[str, Any], sources: list[str], targets: list[str]) -> Guarantee:
    words = entry.get("promise") or entry.get("no promise")
    if not words:
        raise ValueError(f"neither a promise nor a 'no promise': {entry}")
    unknown = set(entry) - {"promise", "no promise", *sources}
    if unknown:
        raise ValueError(f"{words}: {sorted(unknown)} is not a source")
    cells: list[Cell] = []
    for source in sources:
        given = entry.get(source, {})
        if isinstance(given, dict) and not set(given) & {"gap", "not applicable"}:
            if set(given) != set(targets):
                raise ValueError(f"{words}: {source} needs a cell for each of {targets}")
            cells += [_cell(source, target, given[target]) for target in targets]
        else:
            cells.append(_cell(source, None, given))
    return Guarantee(" ".join(words.split()), "promise" in entry, tuple(cells))


def _cell(source: str, target: str | None, given: Any) -> Cell:
    match given:
        case str():
            return Cell(source, target, "shown", (given,))
        case [*tests] if tests:
            return Cell(source, target, "shown", tuple(tests))
        case {"gap": str(reason)}:
            return Cell(source, target, "gap", (reason,))
        case {"not applicable": str(reason)}:
            return Cell(source, target, "not applicable", (reason,))
    raise ValueError(f"neither a test, a gap nor not applicable: {given!r}")


def render(matrix: Matrix) -> str:
    """The page, in Markdown."""
    lines = [
        "{% docs __landfall__ %}",
        "",
        "# What is promised, and what is not",
        "",
        "Made from `tests/guarantees/guarantees.yml` by `make guarantees`. Each sentence stands with the",
        "tests that show it; a test of the matrix fails when one of them is not there or did not run.",
        "",
        *(f"- **{name}**: {words}" for name, words in {**matrix.sources, **matrix.targets}.items()),
    ]
    for title, guarantees in matrix.sections.items():
        lines += ["", f"## {title}"]
        for guarantee in guarantees:
            lines += [
                "",
                guarantee.words if guarantee.promised else f"**Not promised.** {guarantee.words}",
                "",
            ]
            lines += _table(matrix, guarantee)
    lines += ["", "## Limits that no test shows", "", *(f"- {limit}" for limit in matrix.limits)]
    return "\n".join([*lines, "", "{% enddocs %}", ""])


def _table(matrix: Matrix, guarantee: Guarantee) -> Iterator[str]:
    yield f"| | {' | '.join(matrix.targets)} | |"
    yield f"|---|{'---|' * len(matrix.targets)}---|"
    for source in matrix.sources:
        cells = [cell for cell in guarantee.cells if cell.source == source]
        marks = [_MARKS[cell.kind] for cell in cells] * (1 if cells[0].target else len(matrix.targets))
        said: dict[str, list[str]] = {}
        for cell in cells:
            for words in cell.says:
                where = said.setdefault(f"`{words}`" if cell.kind == "shown" else words, [])
                if cell.kind != "shown" and cell.target:
                    where.append(cell.target)
        told = [f"{', '.join(where)}: {words}" if where else words for words, where in said.items()]
        yield f"| {source} | {' | '.join(marks)} | {'<br>'.join(told)} |"


if __name__ == "__main__":
    PAGE.write_text(render(load()), "utf-8")
