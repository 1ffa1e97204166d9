"""Compares hist_ with what each key really went through, allowing only what is documented."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.histories.engines import History, State, Values

Window = tuple[datetime, datetime]
States = Sequence[State]
Say = Callable[[str], None]


@dataclass
class Allowed:
    """Where hist_ may know less than the source went through.

    `loads`: each load's start and a moment when it was over. A load's row stands at the start but
    shows the table as it was when it was read, somewhere in this window.
    `gaps`: what committed in them is in no log that was read (no slot yet, or a slot dropped by a
    reload with changes still unread): such states collapse into what the next load found. Of a
    transaction that a kill cut there the first part may be in bronze, and no more ever comes.
    `looked_up`: columns, by place, whose unchanged TOASTed value the replica looks up at the source:
    it may be newer than the change, or null when the row has gone meanwhile (C.10).
    """

    loads: list[Window] = field(default_factory=list)
    gaps: list[Window] = field(default_factory=list)
    looked_up: frozenset[int] = frozenset()


def problems(truth: History, silver: History, allowed: Allowed) -> list[str]:
    """What is wrong, one line each; empty when history is true."""
    found: list[str] = []
    for key in sorted({*truth, *silver}, key=str):
        true, told = truth.get(key, []), silver.get(key, [])
        mine: list[str] = []
        say = mine.append
        _sound(true, told, allowed, say)
        _complete(true, told, allowed, say)
        if allowed.loads:
            _last_load(true, told, allowed.loads[-1], say)
        if mine:
            found += [f"{key}: {text}" for text in mine]
            found.append(f"  truth: {_brief(true)}\n  hist_: {_brief(told)}")
    return found


def _sound(true: States, told: States, allowed: Allowed, say: Say) -> None:
    """Nothing in hist_ that did not happen."""
    # one state an instant, or several where the source's clock is coarse
    by_time: dict[datetime, list[State]] = {}
    for state in true:
        if state.kind != "truncate":
            by_time.setdefault(state.at, []).append(state)
    ends = dict(allowed.loads)
    for state in told:
        if state.kind in ("L", "gone"):
            if state.at not in ends:
                say(f"a load at {state.at} that never was")
                continue
            if state.values not in [s.values for s in _during(true, state.at, ends[state.at])]:
                say(f"the load at {state.at} did not find {_brief([state])}")
            continue
        alike = [
            real for real in by_time.get(state.at, []) if (real.values is None) == (state.values is None)
        ]
        real = next((real for real in alike if real.values == state.values), alike[-1] if alike else None)
        if state.at in by_time and any(start <= state.at <= end for start, end in allowed.gaps):
            continue
        if real is None:
            say(f"{state.kind} at {state.at} did not happen")
        elif real.values is not None and state.values is not None:
            for place, (told_value, true_value) in enumerate(zip(state.values, real.values, strict=True)):
                if told_value == true_value:
                    continue
                later = {s.values[place] for s in true if s.values and s.at >= state.at} | {None}
                if not (place in allowed.looked_up and told_value in later):
                    say(f"column {place} at {state.at} is {_short(told_value)}, was {_short(true_value)}")


def _complete(true: States, told: States, allowed: Allowed, say: Say) -> None:
    """Nothing that the log held is missing."""
    times = {state.at for state in told if state.kind not in ("L", "gone")}
    for state in true:
        if state.kind == "truncate" or state.at in times:
            continue
        if not any(start <= state.at <= end for start, end in allowed.gaps):
            say(f"the state of {state.at} is missing: {_brief([state])}")


def _last_load(true: States, told: States, load: Window, say: Say) -> None:
    """At the last load hist_ shows what was there, where that did not change meanwhile."""
    start, end = load
    there = {state.values for state in _during(true, start, end)}
    if len(there) > 1 or any(state.at > start and state.kind == "truncate" for state in true):
        return
    seen: Values | None = None
    for state in told:
        if state.at <= start:
            seen = state.values
    if seen not in there:
        say(f"at the load of {start} hist_ shows {seen}, the source had {there}")


def _during(true: States, start: datetime, end: datetime) -> list[State]:
    """The states that held at some instant of a window."""
    held = [State(start, None)]
    for state in true:
        # what happened in the very instant of the start, happened before or after it
        if state.at < start:
            held = [state]
        elif state.at <= end:
            held.append(state)
    return held


def _brief(states: States) -> str:
    shown = [
        f"{state.at:%H:%M:%S.%f} {state.kind} {'-' if state.values is None else _cut(state.values)}"
        for state in states[-12:]
    ]
    return "; ".join(shown) or "never there"


def _cut(values: Values) -> str:
    return "(" + ", ".join(_short(value) for value in values) + ")"


def _short(value: str | None) -> str:
    text = repr(value)
    return text if len(text) <= 32 else f"{text[:20]}… ({len(text)} characters)"
