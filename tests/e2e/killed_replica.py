"""Runs the shop's task and kills itself, with SIGKILL, at a given step towards disk."""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.cli.source import task
from ingestion.home import Home
from ingestion.registry import find_source
from tests.killing import die_at

dsn, home, instant = sys.argv[1], Home.find(Path(sys.argv[2])), int(sys.argv[3])
die_at(instant)
task(find_source("olist"), dsn, home).run(follow=False, reload="reload" in sys.argv[4:])
