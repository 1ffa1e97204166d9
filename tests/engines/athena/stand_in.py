"""Athena, Glue, STS and S3 on this machine, for the unmodified dbt-athena."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.engines.athena.duckdb_backend import DuckDBBackend
from tests.engines.athena.endpoint import Endpoint
from tests.engines.athena.glue import Glue
from tests.engines.athena.s3_log import S3Log
from tests.engines.athena.trino_backend import TrinoBackend, warm_up
from tests.engines.athena.trino_server import Cloud, TrinoServer
from tests.engines.children import die_with_parent

BUCKET = "lake"


@dataclass(frozen=True)
class AthenaStandIn:
    """What a test needs of it. `engine` says which of the two is behind: 'trino' or 'duckdb'."""

    engine: str
    cloud: Cloud
    endpoint: Endpoint
    s3: S3Log
    s3_port: int
    glue: Glue

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which boto3, dbt-athena and the profile find it."""
        return {
            "AWS_ENDPOINT_URL": self.cloud.glue,
            "AWS_ENDPOINT_URL_S3": self.cloud.s3,
            # not through the log: what DuckDB reads there is not Athena's
            "LANDFALL_S3_ENDPOINT": f"127.0.0.1:{self.s3_port}",
            "AWS_ACCESS_KEY_ID": self.cloud.key,
            "AWS_SECRET_ACCESS_KEY": self.cloud.secret,
            "AWS_REGION": self.cloud.region,
            "AWS_DEFAULT_REGION": self.cloud.region,
        }


@contextmanager
def athena_stand_in(folder: Path, engine: str = "trino") -> Iterator[AthenaStandIn]:
    """A running stand-in with an empty bucket. Without Trino on this machine: TrinoMissing."""
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(_free_port()))
        seaweed = stack.enter_context(_seaweed(folder / "s3"))
        s3 = stack.enter_context(S3Log(seaweed))
        cloud = Cloud(glue=endpoint.url, s3=f"http://127.0.0.1:{s3.port}")
        glue = Glue(_client(cloud, "glue", endpoint.url))
        if engine == "trino":
            trino = stack.enter_context(TrinoServer(folder / "trino", _free_port(), cloud))
            trino.wait()
            backend = TrinoBackend(trino.url, glue)
            warm_up(backend)
            endpoint.backend = backend
        else:
            endpoint.backend = DuckDBBackend(cloud, glue)
        _client(cloud, "s3", cloud.s3).create_bucket(Bucket=BUCKET)
        yield AthenaStandIn(engine, cloud, endpoint, s3, seaweed, glue)


def _client(cloud: Cloud, service: str, url: str):  # type: ignore[no-untyped-def]
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=cloud.region,
        aws_access_key_id=cloud.key,
        aws_secret_access_key=cloud.secret,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _seaweed(folder: Path) -> Iterator[int]:
    """The port of a real S3 server, which takes Cloud's keys: Trino signs in a way that it must check."""
    folder.mkdir(parents=True)
    credentials = [{"accessKey": Cloud.key, "secretKey": Cloud.secret}]
    identities = {"identities": [{"name": "landfall", "credentials": credentials, "actions": ["Admin"]}]}
    (folder / "identities.json").write_text(json.dumps(identities))
    port = _free_port()
    weed = [str(Path(sys.executable).with_name("weed")), "mini", f"-dir={folder / 'data'}", "-ip=127.0.0.1"]
    weed += [f"-s3.port={port}", f"-s3.config={folder / 'identities.json'}"]
    deadline = time.monotonic() + 60
    while True:
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(weed, stdout=log, stderr=log, preexec_fn=die_with_parent)
        while server.poll() is None and time.monotonic() < deadline and not _listens(port):
            time.sleep(0.2)
        if server.poll() is None and _listens(port):
            break
        # its other ports it looks for itself, and of two servers that do so at once one may lose
        assert time.monotonic() < deadline, (folder / "log").read_text()
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=2).close()
    except OSError as error:
        return getattr(error, "code", None) is not None
    return True
