"""The docs page in a real browser, opened from disk."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def rendered(page: Path, route: str, profile: Path) -> str:
    """The page's DOM after its scripts ran."""
    chromium = shutil.which("chromium")
    assert chromium, "no chromium: `make test` installs it through apt"
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update --virtual-time-budget=20000"
    )
    done = subprocess.run(
        [chromium, *flags.split(), f"--user-data-dir={profile}", "--dump-dom", f"file://{page}#!/{route}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture
def page(from_files: Path) -> Path:
    return from_files / "site" / "index.html"


@pytest.mark.parametrize("model", ["fact_orders", "dim_customers", "orders_wide", "base_olist__orders"])
def test_a_model_page_shows_its_description_and_every_column(
    page: Path, from_files: Path, tmp_path: Path, model: str
) -> None:
    manifest = json.loads((from_files / "dbt" / "manifest.json").read_text())
    node = manifest["nodes"][f"model.landfall.{model}"]
    dom = rendered(page, f"model/model.landfall.{model}", tmp_path)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", dom)).split())
    assert len(node["columns"]) > 5
    for described in (node, *node["columns"].values()):
        # the page renders markdown: compare the words
        words = " ".join(re.sub(r"[`*_\\]", " ", described["description"]).split())
        shown = " ".join(re.sub(r"[`*_\\]", " ", text).split())
        assert words in shown, described["name"]


def test_the_page_holds_the_lineage_from_source_to_mart(page: Path, tmp_path: Path) -> None:
    dom = rendered(page, "model/model.landfall.orders_wide?g_v=1&g_i=%2Borders_wide", tmp_path)
    assert "<canvas" in dom, "the graph is drawn"
    embedded = page.read_text()
    edges: dict[str, list[str]] = json.JSONDecoder().raw_decode(
        embedded, embedded.index("{", embedded.index('"parent_map"'))
    )[0]
    reached, waiting = set(), ["model.landfall.orders_wide"]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += edges.get(node, [])
    assert {
        "source.landfall.olist.orders",
        "model.landfall.base_olist__orders",
        "model.landfall.fact_orders",
    } <= reached
