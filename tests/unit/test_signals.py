"""Signals to `landfall replicate` while it is where it cannot look up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# a full load that takes for ever
LOADING = """
import contextlib, sys, time
from ingestion.cli import app

class Load:
    def run(self, **given):
        print("loading", flush=True)
        time.sleep(60)

app.task = lambda *given, **named: Load()
app.database = lambda *given: contextlib.nullcontext("")
app._check_declaration = lambda *given, **named: None
sys.argv = ["landfall", "replicate", *sys.argv[1:]]
app.main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("option", ["--once", "--follow"])
def test_what_cannot_end_in_order_ends_at_the_second_signal(
    option: str, number: signal.Signals, tmp_path: Path
) -> None:
    environment = os.environ | {"LANDFALL_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", LOADING, option], stdout=subprocess.PIPE, text=True, env=environment
    ) as run:
        assert run.stdout is not None and run.stdout.readline() == "loading\n"
        run.send_signal(number)
        if option == "--follow":
            # what follows a log would end now, in order
            time.sleep(1)
            assert run.poll() is None
            run.send_signal(number)
        assert run.wait(20) == 130
