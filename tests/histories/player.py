"""Plays a history on a source engine and a target engine, and checks that silver is the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.histories.engines import KEYED, FailedStatement, SourceEngine, TargetEngine
from tests.histories.steps import (
    Build,
    Check,
    Ddl,
    FullRefresh,
    Insert,
    KillBuild,
    KillReplica,
    Reload,
    Replicate,
    Step,
    Swap,
    Truncate,
    Work,
)
from tests.histories.truth import Allowed, problems
from tests.histories.workers import Run, Workers

SOURCE = "histories"
TABLES = ("things", "lines", "events")
MODELS = ["bronze_files", *(f"{k}_histories__{t}" for t in KEYED for k in ("base", "hist"))]
MODELS.append("base_histories__events")

_LONG_AGO = datetime(1, 1, 1)
_PATIENCE = 300.0
# what DuckDB says of a file that went, or was replaced, between its looking and its reading
_CLEARED = ("No files found", "No such file or directory", "Invalid data", "No magic bytes", "Corrupt")


class Player:
    """One history from an empty source to the last check. `figures` counts what happened."""

    def __init__(self, source: SourceEngine, target: TargetEngine, workers: Workers, home: Path) -> None:
        self.figures: Counter[str] = Counter()
        self._source = source
        self._target = target
        self._workers = workers
        self._checkpoint = home / "state" / f"{SOURCE}.json"
        self._replica: Run | None = None
        self._replica_may_die = False
        self._replica_loads = False
        self._replica_clears = False
        self._dbt: Run | None = None
        self._dbt_may_miss_files = False
        self._open: set[int] = set()
        self._open_events: set[int] = set()
        self._replica_started = _LONG_AGO
        self._runs: list[tuple[datetime, datetime]] = []
        self._gaps: list[tuple[datetime, datetime]] = []
        self._read_until = _LONG_AGO  # all that committed before is in bronze
        self._built_until = _LONG_AGO  # … and in silver
        self._built_before = _LONG_AGO  # … and was before the last build
        self._truncated: dict[str, datetime] = {}

    def play(self, steps: Iterable[Step]) -> None:
        """Every step, then the check."""
        self.steps(steps)
        self.check()

    def steps(self, steps: Iterable[Step]) -> None:
        """Every step, and no check."""
        for step in steps:
            self._step(step)

    def abandon(self) -> None:
        """Ends what still runs, when a history failed."""
        for run in (self._replica, self._dbt):
            if run is not None:
                self._workers.kill(run)

    def _step(self, step: Step) -> None:
        match step:
            case Work():
                self._work(step)
            case Truncate(table=table):
                if self._source.truncate(table):
                    self._truncated[table] = self._source.clock()
                    self.figures["truncates"] += 1
            case Ddl():
                self.figures["layout changes"] += self._source.alter(step)
            case Replicate(meanwhile=meanwhile, file_kb=file_kb):
                self._replicate(meanwhile=meanwhile, file_kb=file_kb)
            case KillReplica(instant=instant, reload=reload, file_kb=file_kb):
                self._replicate(die_at=instant, reload=reload, file_kb=file_kb)
            case Reload(prepare=prepare, meanwhile=meanwhile, anchored=anchored):
                self._replicate(reload=True, prepare=prepare, meanwhile=meanwhile, anchored=anchored)
            case Build(meanwhile=meanwhile):
                self._build(meanwhile=meanwhile)
            case KillBuild(after_ms=after_ms):
                self._kill_build(after_ms / 1000)
            case FullRefresh():
                self._build(full_refresh=True)
            case Check():
                self.check()

    def _work(self, work: Work) -> None:
        for statement in work.statements:
            if isinstance(statement, Insert) and statement.table == "events":
                # without a key, what a load and the log both hold comes twice (C.6, 14)
                if self._replica is not None and self._replica_loads:
                    continue
                self._open_events.add(work.session)
            self.figures["operations"] += 3 if isinstance(statement, Swap) else 1
            self._open.add(work.session)
            try:
                self._source.execute(work.session, statement)
            except FailedStatement:
                self.figures["rolled back"] += 1
                self._ended(work.session)
                return
        if work.end is not None:
            self.figures["transactions" if work.end == "commit" else "rolled back"] += 1
            self._source.end(work.session, commit=work.end == "commit")
            self._ended(work.session)

    def _ended(self, session: int) -> None:
        self._open.discard(session)
        self._open_events.discard(session)

    def _commit(self, sessions: set[int]) -> None:
        for session in list(sessions):
            self._source.end(session, commit=True)
            self._ended(session)

    def _replicate(
        self,
        *,
        meanwhile: bool = False,
        reload: bool = False,
        die_at: int = 0,
        file_kb: int = 32000,
        prepare: str = "DO_NOTHING",
        anchored: bool = True,
    ) -> None:
        self._await_replica()
        text = self._checkpoint.read_text() if self._checkpoint.exists() else ""
        anew = reload or not text
        self._replica_loads = anew or any(f'"{table}"' not in text for table in TABLES)
        if self._replica_loads:
            self._commit(self._open_events)
            for table in TABLES if anchored else ():
                self._source.anchor(table)
        if anew:
            # a new slot: what no run has read yet is in no log; what no build has noticed goes
            # with its files where the load clears the folder
            lost_since = self._built_until if prepare == "DROP_AND_CREATE" else self._read_until
            self._gaps.append((lost_since, datetime.max))
        self.figures["reloads" if reload else "replications"] += 1
        self._replica_may_die = die_at > 0
        # it replaces LOAD files, or clears their folder
        self._replica_clears = anew
        if self._replica_clears and self._dbt is not None:
            self._dbt_may_miss_files = True
        self._replica_started = self._source.clock()
        self._replica = self._workers.replica(
            environment=self._target.environment(),
            source=SOURCE,
            dsn=self._source.dsn,
            reload=reload,
            die_at=die_at,
            file_kb=file_kb,
            prepare=prepare,
        )
        if not meanwhile:
            self._await_replica()

    def _await_replica(self) -> None:
        run = self._replica
        if run is None:
            return
        # a load waits for open transactions: after a while they must end
        if not self._workers.wait(run, 0.5 if self._replica_loads else 5.0):
            self._commit(self._open)
            assert self._workers.wait(run, _PATIENCE), "the replica does not come to its end"
        self._replica = None
        ended = self._source.clock()
        self._runs.append((self._replica_started, ended))
        if self._gaps and self._gaps[-1][1] == datetime.max:
            self._gaps[-1] = (self._gaps[-1][0], ended)
        if run.code == -9 and self._replica_may_die:
            self.figures["replica kills"] += 1
            return
        assert run.code == 0, f"the replica failed: {run.words}"
        self._read_until = self._replica_started

    def _build(self, *, meanwhile: bool = False, full_refresh: bool = False) -> None:
        self._await_dbt()
        self.figures["full refreshes" if full_refresh else "builds"] += 1
        self._built_before = self._built_until
        if self._replica is None:
            self._built_until = self._read_until
        self._dbt_may_miss_files = self._replica is not None and self._replica_clears
        arguments = ["run", "--full-refresh"] if full_refresh else ["run"]
        self._dbt = self._workers.dbt(*arguments, environment=self._target.environment())
        if full_refresh:
            self._await_dbt()
            self._forget()
        elif not meanwhile:
            self._await_dbt()

    def _await_dbt(self) -> None:
        run, self._dbt = self._dbt, None
        if run is not None:
            assert self._workers.wait(run, _PATIENCE), "dbt does not come to its end"
            if run.code != 0 and self._dbt_may_miss_files and any(words in run.words for words in _CLEARED):
                # a reload cleared a folder while dbt listed or read it: tables stay as they were
                self.figures["builds that met a cleared folder"] += 1
                self._built_until = self._built_before
                if self._gaps:
                    self._gaps[-1] = (min(self._gaps[-1][0], self._built_before), self._gaps[-1][1])
                return
            assert run.code == 0, f"dbt failed: {run.words}"

    def _kill_build(self, seconds: float) -> None:
        """Each table is as before or as after, and the next build is right."""
        self._await_replica()
        self._await_dbt()
        before = self._contents()
        run = self._workers.dbt("run", environment=self._target.environment())
        if not self._workers.wait(run, seconds):
            self._workers.kill(run)
            self.figures["build kills"] += 1
        killed = self._contents()
        self._build()
        after = self._contents()
        for model in MODELS:
            assert killed[model] in (before[model], after[model]), f"{model} was left half-applied"

    def _contents(self) -> dict[str, str | None]:
        """A digest of each model's rows, without the columns that only tell when it was built."""
        try:
            tables = self._target.rows("select table_name from information_schema.tables")
        except Exception as error:  # no warehouse before the first build
            assert "does not exist" in str(error), error
            tables = []
        there = {name for (name,) in tables}
        digests: dict[str, str | None] = {}
        for model in MODELS:
            hidden = "noticed_at" if model == "bronze_files" else "_applied_at, _noticed_at"
            digests[model] = (
                str(
                    self._target.rows(
                        "select md5(string_agg(line, chr(10) order by line)) from (select cast(t as varchar) "
                        f"as line from (select * exclude ({hidden}) from silver.{model}) as t)"
                    )[0][0]
                )
                if model in there
                else None
            )
        return digests

    def _forget(self) -> None:
        """A reload overwrote the LOAD file before it (and maybe the folder): after a full refresh
        silver knows nothing from before the last load that only those files held."""
        for table in KEYED:
            starts = self._target.load_starts(table)
            if starts and len(self._runs) > 1:
                self._gaps.append((_LONG_AGO, max(starts)))

    def check(self) -> None:
        """Everything catches up; silver equals the source; a full refresh equals the increments."""
        self._await_replica()
        self._commit(self._open)
        self._await_dbt()
        self._replicate()
        self._build()
        if self._stale_after_truncate():
            self._replicate(reload=True)
            self._replicate()
            self._build()
        self._compare("after the increments")
        grown = self._snapshot()
        self._build(full_refresh=True)
        afresh = self._snapshot()
        for model, rows in grown.items():
            assert rows == afresh[model], (
                f"{model}: a full refresh from bronze differs from the increments\n"
                f"increments only: {_some(rows - afresh[model])}\n"
                f"refresh only:    {_some(afresh[model] - rows)}"
            )
        self._compare("after the full refresh")
        self.figures["checks"] += 1

    def _stale_after_truncate(self) -> bool:
        stale = False
        for table, moment in self._truncated.items():
            starts = self._target.load_starts(table)
            stale = stale or not starts or max(starts) < moment
        return stale

    def _compare(self, when: str) -> None:
        results = self._target.reconcile(self._source)
        differing = {r.table: (r.missing, r.extra, r.differing, r.shown) for r in results if r.differences}
        self.figures["rows compared"] += sum(result.source_rows for result in results)
        assert not differing, f"silver is not the source {when}: {differing}"
        for table in KEYED:
            loads = []
            for start in self._target.load_starts(table):
                ends = [end for begin, end in self._runs if begin <= start <= end]
                loads.append((start, ends[0] if ends else start))
            allowed = Allowed(loads, self._coarse_gaps(), self._source.looked_up[table])
            silver = self._target.history(table)
            found = problems(self._source.truth(table), silver, allowed)
            self.figures["states compared"] += sum(len(states) for states in silver.values())
            assert not found, f"hist_ of {table} is not true {when}:\n" + "\n".join(found[:12])

    def _coarse_gaps(self) -> list[tuple[datetime, datetime]]:
        """The gaps by the clock of the source's log, which may lag behind its own."""
        return [
            (start if start == _LONG_AGO else start - self._source.resolution, end)
            for start, end in self._gaps
        ]

    def _snapshot(self) -> dict[str, Counter[tuple[Any, ...]]]:
        """Rows of silver as a full refresh must give them.

        Left out: `_applied_at` and `_noticed_at`, which tell when dbt ran and not what is true. And,
        for a table that was loaded more than once, what only an overwritten LOAD file told, before
        the last load: tombstones of keys last seen before it, states of history before it and their
        ends at it. Bronze no longer holds them, increments rightly remember them.
        """
        taken: dict[str, Counter[tuple[Any, ...]]] = {}
        for table in TABLES:
            base, hist = f"base_histories__{table}", f"hist_histories__{table}"
            starts = self._target.load_starts(table)
            live = known = "true"
            if starts and len(self._runs) > 1:
                hundredths = f"{max(starts):%Y%m%d%H%M%S}{max(starts).microsecond // 10000:02d}"
                live = f"not (_is_deleted and _position < '{hundredths}')"
                known = (
                    f"(_valid_from > '{max(starts)}' or (_valid_from = '{max(starts)}' and not _is_deleted))"
                )
            for model, condition in ((base, live), (hist, known))[: 2 if table in KEYED else 1]:
                rows = self._target.rows(
                    f"select cast(t as varchar) from (select * exclude (_applied_at, _noticed_at) "
                    f"from silver.{model} where {condition}) as t"
                )
                taken[model] = Counter(rows)
        return taken


def _some(rows: Counter[tuple[Any, ...]]) -> str:
    return "; ".join(str(row)[:1200] for row in list(rows)[:3]) or "none"
