"""Histories turn red when the macros forget one of their rules: the harness sees what it should."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.home import REPOSITORY
from tests.histories.postgres_source import PROJECT, PostgresHistories
from tests.histories.stage import Stage
from tests.histories.steps import Build, Delete, History, Insert, Rekey, Reload, Replicate, Update, Work


@dataclass(frozen=True)
class Edit:
    """A piece of a macro, and what a mistaken hand makes of it."""

    macro: str
    piece: str
    instead: str


# Many changes in one transaction share a commit time.
_ONE_TRANSACTION = Work(0, tuple(Update("lines", 0, 0, value) for value in (1, 2, 3, 0, 2)))
SHORT: History = (
    Work(0, tuple(Insert("lines", key, key) for key in range(6))),
    Replicate(),
    Build(),
    Work(0, (Rekey("lines", 1, 99), Delete("lines", 2))),
    _ONE_TRANSACTION,
    Replicate(),
    # in no log that is read: the slot goes with the reload
    Work(0, (Delete("lines", 3),)),
    Reload(),
    Work(0, (Rekey("lines", 4, 2), Delete("lines", 5))),
    _ONE_TRANSACTION,
)

MUTATIONS: dict[str, tuple[Edit, ...]] = {
    "nothing": (),
    "drop the tombstones": (
        Edit("apply_changes", "    from final\n", "    from final where not _is_deleted\n"),
    ),
    "order by timestamp only": (
        Edit("latest_state", "order by _position desc, ", "order by "),
        Edit("state_intervals", "order by _position desc, _op", "order by _committed_at desc"),
    ),
    "forget the before image": (Edit("change_events", "where _op = 'U' and (", "where 1 = 0 and ("),),
    "skip a generation": (
        Edit(
            "new_bronze_files",
            "'generations': starts | unique | sort,",
            "'generations': (starts | unique | sort)[:-1],",
        ),
    ),
}


def mutated(folder: Path, edits: tuple[Edit, ...]) -> Path:
    """The project beside a copy of the macros with the edits made; each must find its piece."""
    shutil.copytree(REPOSITORY / "macros", folder / "macros")
    project = folder / "tests" / "histories" / "project"
    shutil.copytree(PROJECT, project)
    for edit in edits:
        path = folder / "macros" / "cdc" / f"{edit.macro}.sql"
        text = path.read_text("utf-8")
        assert edit.piece in text, f"{path.name} no longer says {edit.piece!r}: change the mutation with it"
        path.write_text(text.replace(edit.piece, edit.instead), "utf-8")
    return project


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_forgotten_rule_turns_a_history_red(stage: Stage, tmp_path: Path, name: str) -> None:
    project = mutated(tmp_path, MUTATIONS[name])
    assert isinstance(stage.sources, PostgresHistories)
    with Stage(tmp_path, PostgresHistories(tmp_path, project, stage.sources.server)) as mistaken:
        if name == "nothing":
            mistaken.play(SHORT)
        else:
            with pytest.raises(AssertionError, match=r"silver is not the source|is not true"):
                mistaken.play(SHORT)
