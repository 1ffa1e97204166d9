"""The lake is full or may not be written to; and what killed runs left there goes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bad_input.conftest import Shop, one_line, until


@dataclass(frozen=True)
class Disk:
    """A place of 400 KB: a file system of its own, or files that may not grow where we may not mount."""

    folder: Path
    full: str
    limit: int | None


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    size = ("-o", "size=400k,mode=777")
    mounted = subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        yield Disk(folder, "File too large", 400_000)
        return
    yield Disk(folder, "No space left on device", None)
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(shop: Shop, disk: Disk) -> None:
    """During a full load, and again when changes are written; then there is space."""
    shop.lake = disk.folder / "lake"
    words = "(select string_agg(md5(x::text), '') from generate_series(1, 60) as x where x > n - n)"
    fill = f"select n, md5(n::text) || {words} from generate_series(%s) as n"
    shop.execute("truncate orders", f"insert into orders {fill % '1, 300'}")
    line = one_line(
        *shop.end(shop.start("replicate", "--source", "shop", how={"max_file_bytes": disk.limit}))
    )
    assert "full load of public.orders failed" in line and disk.full in line
    assert "mend that and run it again" in line
    assert list(shop.lake.glob(".tmp/*/*")) == []
    shop.execute("delete from orders where id > 20")
    shop.replicate()
    shop.change()
    shop.replicate()
    shop.execute(f"insert into orders {fill % '1001, 1300'}")
    before = shop.bronze()
    line = one_line(
        *shop.end(shop.start("replicate", "--source", "shop", how={"max_file_bytes": disk.limit}))
    )
    assert shop.bronze() == before
    assert "changes of public.orders could not be written" in line and disk.full in line
    assert "nothing that had landed is lost" in line
    assert list(shop.lake.glob(".tmp/*/*")) == []
    if disk.limit is None:
        subprocess.run(["mount", "-o", "remount,size=20m", disk.folder], check=True)
    shop.is_right()


def test_a_full_disk_under_the_checkpoint(shop: Shop) -> None:
    """The files are in bronze, and the checkpoint cannot tell: they come once more, and silver is right."""
    shop.replicate()
    run = shop.start("replicate", "--source", "shop", "--follow", "--max-batch-seconds", "0.2")
    until(lambda: shop.execute("select 1 from pg_replication_slots where active"), "it does not follow")
    checkpoint = shop.home / "state" / "shop.json"
    draft = checkpoint.with_suffix(".tmp")

    def full() -> bool:
        """False while the replica's own draft of this instant is in the way."""
        try:
            draft.symlink_to("/dev/full")
        except FileExistsError:
            return False
        return True

    until(full, "its draft of the checkpoint does not go away")
    before = checkpoint.read_bytes()
    shop.change()
    line = one_line(*shop.end(run))
    assert "cannot keep the checkpoint in" in line and "No space left on device" in line
    assert "mend that and run it again" in line
    assert checkpoint.read_bytes() == before
    draft.unlink()
    shop.is_right()


@pytest.mark.parametrize("place", ["lake", "lake/bronze/shop/public/customers/*/*/*", "state"])
def test_a_place_that_may_not_be_written_to(landed: Shop, place: str) -> None:
    (folder,) = landed.home.glob(place)
    landed.change()
    # what is root's alone otherwise
    landed.server.socket_dir.chmod(0o755)
    folder.chmod(0o555)
    if place == "lake":
        (landed.lake / ".tmp").chmod(0o555)
    try:
        line = landed.refused(how={"obedient": True})
    finally:
        for path in (folder, landed.lake / ".tmp"):
            path.chmod(0o755)
    assert "Permission denied" in line and str(folder) in line and "mend that" in line
    assert re.match(r"[1-9]\d* changes", landed.replicate())


def test_a_home_that_may_not_be_written_to(landed: Shop, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    line = landed.refused(how={"obedient": True}, LANDFALL_HOME=str(tmp_path / "home"))
    assert "cannot use" in line and "choose another with --home" in line


def test_drafts_of_killed_runs_go_and_those_of_running_tasks_stay(landed: Shop, tmp_path: Path) -> None:
    (own,) = landed.lake.glob(".tmp/*")
    landed.execute("insert into orders select n, repeat('x', 50) from generate_series(2000, 150000) as n")
    run = landed.start("replicate", "--source", "shop", "--reload")
    until(lambda: list(own.glob("*.orders.LOAD*")), "the load does not begin", pause=0.001)
    os.kill(run.pid, signal.SIGSTOP)
    # a task of another home writes to the same lake meanwhile
    other = {"LANDFALL_HOME": str(tmp_path / "home")}
    assert landed.landfall("replicate", "--source", "shop", **other)[0] == 0
    assert len(list(landed.lake.glob(".tmp/*"))) == 2
    (draft,) = own.glob("*.orders.LOAD*")
    os.kill(run.pid, signal.SIGKILL)
    assert landed.end(run)[0] == -signal.SIGKILL
    assert landed.landfall("replicate", "--source", "shop", **other)[0] == 0
    assert draft.exists()
    landed.landfall("replicate", "--source", "shop", "--drop", **other)
    landed.replicate()
    assert not draft.exists() and list(own.iterdir()) == []
    landed.is_right()
