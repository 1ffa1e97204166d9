"""A process that has imported dbt and parsed the project once, and forks for every run.

A build costs its SQL and not dbt's start; each run is a process of its own, which may be killed with
SIGKILL, and whose DuckDB file is closed when it ends. Requests and answers are lines of JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from ingestion.bronze.lake import open_lake
from ingestion.cli import main as landfall
from ingestion.cli import source
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.registry import find_source
from ingestion.replica.task import Task, TaskConfig
from tests.killing import die_at

Json = dict[str, Any]


def main() -> None:
    """Parses the project named on the command line and serves until its standard input ends."""
    _die_with_parent()
    project, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    replies = os.fdopen(os.dup(1), "w")
    _redirect(scratch / "zygote.log")
    os.environ.update(LANDFALL_HOME=str(scratch), LANDFALL_LAKE=str(scratch / "lake"))
    parsed = dbtRunner().invoke(["parse", *_common(project, scratch)])
    if not parsed.success:
        _reply(replies, {"error": f"dbt parse: {parsed.exception or parsed.result}"})
        return
    _import_what_a_run_imports(project, scratch, parsed.result)
    for module in os.environ.get("LANDFALL_PRELOAD", "").split():
        importlib.import_module(module)
    _reply(replies, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _reply(replies, _wait(request["wait"], block=request["block"]))
            continue
        pid = os.fork()
        if pid == 0:
            _child(request, project, parsed.result)
        _reply(replies, {"pid": pid})


def _import_what_a_run_imports(project: Path, scratch: Path, manifest: Any) -> None:
    """dbt imports half of itself when a run needs it: done here once, every child has it. The run is a
    child of its own, for a warehouse open here would be open in all of them."""
    learned = scratch / "modules.txt"
    pid = os.fork()
    if pid == 0:
        dbtRunner(manifest=manifest).invoke(["run", "--empty", *_common(project, scratch)])
        learned.write_text("\n".join(sys.modules), "utf-8")
        os._exit(0)
    os.waitpid(pid, 0)
    for name in learned.read_text("utf-8").splitlines():
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.freeze()  # or every child's first collection would copy all that it shares


def _reply(replies: Any, answer: Json) -> None:
    replies.write(json.dumps(answer) + "\n")
    replies.flush()


def _wait(pid: int, *, block: bool) -> Json:
    ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    return {"code": os.waitstatus_to_exitcode(status) if ended else None}


def _child(request: Json, project: Path, manifest: Any) -> None:
    """Does one run and ends the process; what went wrong is the log's last lines."""
    _die_with_parent()
    code = 1
    try:
        _redirect(Path(request["log"]))
        os.environ.update(request["env"])
        match request["kind"]:
            case "dbt":
                code = _dbt(request, project, manifest)
            case "landfall":
                code = _landfall(**{name: request[name] for name in _LANDFALL})
            case _:
                code = _replica(request, project)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _dbt(request: Json, project: Path, manifest: Any) -> int:
    target = Path(request["env"]["LANDFALL_HOME"]) / "dbt"
    done = dbtRunner(manifest=manifest).invoke([*request["arguments"], *_common(project, target)])
    for node in getattr(done.result, "results", []):
        if node.status in ("error", "fail"):
            print(f"{node.node.name}: {node.message}")
    if done.exception:
        print(done.exception)
    return 0 if done.success else 1


def _common(project: Path, target: Path) -> list[str]:
    return [
        "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target),
        "--log-path", str(target), "--log-level", "none", "--log-level-file", "none", "--no-use-colors",
        "--no-write-json",
    ]  # fmt: skip


_LANDFALL = ("arguments", "error_behavior", "max_file_bytes", "obedient")


def _landfall(
    arguments: list[str], error_behavior: Json | None, max_file_bytes: int | None, obedient: bool
) -> int:
    """The command line, without the second that its imports take (see Workers.landfall)."""
    if obedient:
        _obey_permissions()
    if max_file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))
    if error_behavior is not None:
        shipped = default_settings("task_settings")
        source.default_settings = lambda name: (
            {**shipped, "ErrorBehavior": error_behavior}
            if name == "task_settings"
            else default_settings(name)
        )
    sys.argv = ["landfall", *arguments]
    try:
        landfall()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _obey_permissions() -> None:
    """Takes from root the right to write where nobody may."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    # effective, permitted: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    sets[0] &= ~0b110
    sets[1] &= ~0b110
    libc.capset(header, sets)


def _replica(request: Json, project: Path) -> int:
    registered = find_source(request["source"], project)
    home = Path(request["env"]["LANDFALL_HOME"])
    settings = {**default_settings("s3_settings"), "CdcMinFileSize": request["file_kb"]}
    tasks = default_settings("task_settings")
    tasks["FullLoadSettings"]["TargetTablePrepMode"] = request["prepare"]
    config = TaskConfig(
        source=registered.name,
        schema=registered.schema,
        tables=tuple(table.name for table in registered.tables),
        s3_settings=settings,
        table_mappings=table_mappings(registered),
        task_settings=tasks,
        engine=registered.engine,
    )
    if request["die_at"]:
        die_at(request["die_at"])
    task = Task(config, request["dsn"], open_lake(request["env"]["LANDFALL_LAKE"]), home / "state")
    task.run(follow=False, reload=request["reload"])
    return 0


def _die_with_parent() -> None:
    """Never outlive the tests."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def _redirect(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


if __name__ == "__main__":
    main()
