"""One HTTP endpoint for AWS's control planes: Athena's queries answered here, all else by moto."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.engines.athena.results import column_info, result_rows
from tests.engines.athena.trino_client import Result

PAGE = 1000
# A start waits so long for the end of its query, so that nobody has to poll for a short one.
PATIENCE_SECONDS = 20

Json = dict[str, Any]
Application = Callable[[Json, Callable[..., Any]], Iterable[bytes]]


class Backend(Protocol):
    """What executes statements."""

    def run(self, sql: str, schema: str) -> Result:
        """Runs one statement in a schema; any exception makes the query FAILED, with its text."""


class _Handler(WSGIRequestHandler):
    """Keeps connections open: Trino asks Glue a dozen times a statement."""

    protocol_version = "HTTP/1.1"


@dataclass
class Execution:
    """A query that was started."""

    id: str
    sql: str
    request: Json
    started: float = field(default_factory=time.time)
    state: str = "RUNNING"
    reason: str = ""
    result: Result = field(default_factory=Result)

    def describe(self) -> Json:
        """Athena's QueryExecution."""
        word = self.sql.lstrip("- /*\n").split("\n")[-1].lstrip()[:6].lower()
        status: Json = {"State": self.state, "SubmissionDateTime": self.started}
        if self.state == "FAILED":
            status["StateChangeReason"] = self.reason
            status["AthenaError"] = {
                "ErrorCategory": 2,
                "ErrorType": 1,
                "Retryable": False,
                "ErrorMessage": self.reason,
            }
        return {
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": "DDL" if word in ("create", "alter ", "drop s", "drop t", "drop v") else "DML",
            "QueryExecutionContext": self.request.get("QueryExecutionContext", {}),
            "ResultConfiguration": self.request.get("ResultConfiguration", {}),
            "WorkGroup": self.request.get("WorkGroup", "primary"),
            "Status": status,
            "Statistics": {
                "DataScannedInBytes": self.result.scanned_bytes,
                "TotalExecutionTimeInMillis": int(1000 * (time.time() - self.started)),
            },
        }


class Endpoint:
    """A running endpoint. `backend` is set by whoever starts it, before the first query.

    `executions` are the queries so far, for tests that look at what was sent.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.backend: Backend | None = None
        self.executions: dict[str, Execution] = {}
        self._moto: Application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", port, self._answer, threaded=True, request_handler=_Handler)
        self._pool = ThreadPoolExecutor(8)
        self._running: list[Future[None]] = []

    def __enter__(self) -> Endpoint:
        # a line for each request is no help to anybody
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wait(self) -> None:
        """Returns when no query runs."""
        wait(list(self._running))
        self._running.clear()

    def _answer(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if service == "AmazonAthena" and action in _ACTIONS:
            body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            reply = _ACTIONS[action](self, body)
        elif service == "AWSGlue" and "ColumnStatistics" in action:
            # moto has none and fails; nobody needs them
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            reply = {"ColumnStatisticsList": [], "Errors": []}
        else:
            return self._moto(environ, start_response)
        status = "400 Bad Request" if "__type" in reply else "200 OK"
        start_response(status, [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps(reply).encode()]

    def _start(self, request: Json) -> Json:
        execution = Execution(str(uuid.uuid4()), request["QueryString"], request)
        self.executions[execution.id] = execution
        future: Future[None] = self._pool.submit(self._run, execution)
        self._running.append(future)
        with contextlib.suppress(TimeoutError):
            future.result(timeout=PATIENCE_SECONDS)
        return {"QueryExecutionId": execution.id}

    def _run(self, execution: Execution) -> None:
        assert self.backend is not None
        schema = execution.request.get("QueryExecutionContext", {}).get("Database") or "default"
        try:
            execution.result = self.backend.run(execution.sql, schema)
        except Exception as error:
            if execution.state == "RUNNING":
                execution.reason, execution.state = str(error), "FAILED"
            return
        if execution.state == "RUNNING":
            execution.state = "SUCCEEDED"

    def _stop(self, request: Json) -> Json:
        """The caller is told that it stopped; the engine may still finish the statement, as in Athena."""
        execution = self.executions[request["QueryExecutionId"]]
        if execution.state == "RUNNING":
            execution.state = "CANCELLED"
        return {}

    def _get(self, request: Json) -> Json:
        return {"QueryExecution": self.executions[request["QueryExecutionId"]].describe()}

    def _results(self, request: Json) -> Json:
        execution = self.executions[request["QueryExecutionId"]]
        if execution.state != "SUCCEEDED":
            return {
                "__type": "InvalidRequestException",
                "message": f"Query has not yet finished. Current state: {execution.state}",
            }
        result = execution.result
        at = int(request.get("NextToken", 0))
        rows = result_rows(result.columns, result.rows[at : at + PAGE])
        if at == 0 and result.columns:
            # the first page of a query begins with the names
            rows.insert(0, {"Data": [{"VarCharValue": name} for name, _ in result.columns]})
        reply: Json = {
            "UpdateCount": result.update_count or 0,
            "ResultSet": {
                "Rows": rows,
                "ResultSetMetadata": {"ColumnInfo": [column_info(*column) for column in result.columns]},
            },
        }
        if at + PAGE < len(result.rows):
            reply["NextToken"] = str(at + PAGE)
        return reply


_ACTIONS: dict[str, Callable[[Endpoint, Json], Json]] = {
    "StartQueryExecution": Endpoint._start,
    "GetQueryExecution": Endpoint._get,
    "GetQueryResults": Endpoint._results,
    "StopQueryExecution": Endpoint._stop,
}
