"""Random histories, cut into files that arrive in any order, some twice; the truth is replayed in Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.silver.cases import Case, File, Row, cdc, change, load

KEYS = range(1, 8)
STEPS = 3
State = dict[int, str]


def clock(micros: int) -> str:
    """Microseconds since midnight as a time of day."""
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:06}"


@dataclass
class History:
    """What a table went through: its changes, and its state after each commit."""

    random: Random
    at: int = 9 * 3_600_000_000
    counter: int = 49
    changes: list[tuple[int, Row]] = field(default_factory=list)
    states: list[tuple[int, State]] = field(default_factory=list)

    def commit(self) -> None:
        """One more transaction, of one to four changes."""
        # a transaction a hundredth at most: within one, only the order of files tells
        self.at += 10_000 + self.random.randrange(90_000_000)
        self.counter += 8
        state = dict(self.states[-1][1]) if self.states else {}
        for _ in range(self.random.randint(1, 4)):
            self.counter += 4
            self.changes.append((self.at, self._change(state)))
        self.states.append((self.at, state))

    def _change(self, state: State) -> Row:
        key, other = self.random.sample(KEYS, 2)
        value = f"{self.random.choice('abc')}{self.counter if self.random.random() < 0.8 else ''}"
        if key not in state:
            state[key] = value
            return change("I", clock(self.at), self.counter, id=key, v=value)
        if self.random.random() < 0.35:
            del state[key]
            return change("D", clock(self.at), self.counter, id=key)
        if other not in state and self.random.random() < 0.4:
            state[other] = value
            del state[key]
            return change("U", clock(self.at), self.counter, id=other, v=value, before_id=key)
        state[key] = value
        return change("U", clock(self.at), self.counter, id=key, v=value)

    def lives(self) -> set[tuple[object, ...]]:
        """Every state of every key, between the commits that made and ended it, as hist_ tells it: a
        state lasts until the next commit that touched the key."""
        touched: dict[int, list[int]] = {}
        for at, row in self.changes:
            for key in (row["id"], row.get("before_id")):
                if key is not None:
                    touched.setdefault(key, []).append(at)
        found = set()
        for key, instants in touched.items():
            instants = sorted(set(instants))
            for start, end in zip(instants, [*instants[1:], None], strict=True):
                value = dict(self.states)[start].get(key)
                if value is not None:
                    found.add((key, value, clock(start), clock(end) if end else None))
        return found


def _files(history: History, changes: list[tuple[int, Row]]) -> list[File]:
    """The changes in files of one to six, also cut within transactions; runs of files written again."""
    random, files, ends = history.random, [], []
    at = 0
    while at < len(changes):
        size = random.randint(1, 6)
        part = changes[at : at + size]
        at += size
        closed = clock(part[-1][0] + 60_000_000 + 1_000 * len(files)).translate({58: None, 46: None})[:9]
        files.append(cdc(closed, *(row for _, row in part)))
        ends.append(at >= len(changes) or changes[at][0] != part[-1][0])
    # a task that goes on from its checkpoint writes again what it wrote since, to the end of a transaction
    whole = [index for index, end in enumerate(ends) if end]
    again = []
    for copy in range(2):
        last = random.choice(whole)
        first = max(0, last - random.randrange(3))
        for number, file in enumerate(files[first : last + 1]):
            again.append(cdc(f"23{copy}{number:02}", *file.rows))
    return files + again


def _deliver(random: Random, files: list[File]) -> tuple[list[File], ...]:
    shuffled = random.sample(files, len(files))
    return tuple(shuffled[step::STEPS] for step in range(STEPS))


def of_changes(seed: int) -> Case:
    """Changes only: history is known to the last state."""
    history = History(Random(seed))
    for _ in range(40):
        history.commit()
    files = _files(history, history.changes)
    return Case(
        f"random_changes_{seed}",
        _deliver(history.random, files),
        live=set(history.states[-1][1].items()),
        lives=history.lives(),
    )


def of_loads(seed: int) -> Case:
    """Two loads, each read while changes go on, and a gap in the log before the second."""
    history = History(Random(seed))
    random = history.random
    files: list[File] = []
    logged: list[tuple[int, Row]] = []
    for number in (1, 2):
        for _ in range(8):
            history.commit()
        started, first = history.at + 5_000, len(history.states) - 1
        unlogged = len(history.changes)
        for _ in range(12):
            history.commit()
        # each row as it was when the load came by, at one of the next commits
        read = {key: history.states[first + random.randrange(6)][1].get(key) for key in KEYS}
        rows = [{"id": key, "v": value} for key, value in read.items() if value is not None]
        files += [load(number * 2 + half, clock(started), *rows[half::2]) for half in (0, 1)]
        logged += history.changes[unlogged:]
    files += _files(history, logged)
    return Case(f"random_loads_{seed}", _deliver(random, files), live=set(history.states[-1][1].items()))


CASES = [of_changes(seed) for seed in (1, 2, 3)] + [of_loads(seed) for seed in (4, 5, 6)]
