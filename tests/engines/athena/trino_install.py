"""The Trino server that stands in for Athena: fetched once through Maven, kept outside the checkout."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# the newest one that Maven Central has whole
VERSION = "476"
# of 60 plugins these two are used; lib and bin are the server
KEPT = ("bin", "lib", "plugin/hive", "plugin/iceberg")


class TrinoMissing(Exception):
    """Trino cannot be had on this machine; the message says why in one line."""


def trino_home() -> Path:
    """The folder of an unpacked server, downloaded first if it is not there yet. Or TrinoMissing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "landfall"
    home = cache / f"trino-server-{VERSION}"
    if home.is_dir():
        return home
    if shutil.which("mvn") is None:
        raise TrinoMissing("there is no mvn on this machine")
    if platform.system() != "Linux":
        raise TrinoMissing(f"its launcher is kept for Linux only, not for {platform.system()}")
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "trino.lock"):
        if not home.is_dir():
            _install(home)
    return home


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Of several test processes one downloads, the others wait."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        archive = _download(Path(scratch))
        print(f"unpacking {archive.name}", flush=True)
        with tarfile.open(archive) as packed:
            # all of it first: plugins share files through hard links
            packed.extractall(scratch, filter="tar")
        unpacked, kept = Path(scratch) / f"trino-server-{VERSION}", Path(scratch) / "kept"
        for part in KEPT:
            (kept / part).parent.mkdir(parents=True, exist_ok=True)
            (unpacked / part).rename(kept / part)
        # only for HDFS, which nobody here speaks
        for plugin in ("hive", "iceberg"):
            shutil.rmtree(kept / "plugin" / plugin / "hdfs", ignore_errors=True)
        kept.rename(home)


def _download(scratch: Path) -> Path:
    """The archive, through a repository of its own, so that 800 MB do not stay in the user's."""
    command = ["mvn", "-q", "-B", f"-Dmaven.repo.local={scratch / 'repository'}", "dependency:get"]
    print(f"fetching trino-server {VERSION} through Maven, once (800 MB)", flush=True)
    done = subprocess.run(
        [*command, f"-Dartifact=io.trino:trino-server:{VERSION}:tar.gz", "-Dtransitive=false"],
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    found = list(scratch.glob("repository/io/trino/trino-server/*/*.tar.gz"))
    if done.returncode or not found:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise TrinoMissing(f"Maven could not fetch it: {said[0] if said else 'it said nothing'}")
    return found[0]
