"""Bronze on an S3 endpoint over HTTP: the replica writes there, dbt reads there."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from ingestion.errors import LandfallError
from tests.e2e.conftest import SILVER, Shop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a SeaweedFS server of our own."""
    port = free_port()
    weed = [str(Path(sys.executable).with_name("weed")), "mini", f"-dir={tmp_path}", "-ip=127.0.0.1"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("LANDFALL_S3_ENDPOINT", f"127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "landfall")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-no-use-elsewhere")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*weed, f"-s3.port={port}"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                boto3.client("s3").create_bucket(Bucket="lake")
                break
            except Exception:
                assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.2)
        yield "lake"
    finally:
        server.kill()
        server.wait()


def test_replica_and_dbt_work_on_s3(shop: Shop, bucket: str) -> None:
    shop.home = replace(shop.home, lake=f"s3://{bucket}/landfall")
    shop.replicate()
    shop.build(*SILVER, "--target", "duckdb_s3")
    shop.execute("update customers set customer_city = 'moved'", "delete from order_reviews")
    shop.replicate()
    shop.build(*SILVER, "--target", "duckdb_s3")
    assert shop.differences() == {}
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    keys = [entry["Key"] for entry in listed]
    assert "landfall/bronze/olist/public/orders/LOAD00000001.parquet" in keys
    assert len(keys) == 11
    assert not [key for key in keys if "tmp" in key]


def test_a_bucket_that_is_not_there_is_told_in_one_line(shop: Shop, bucket: str) -> None:
    shop.home = replace(shop.home, lake="s3://another")
    with pytest.raises(LandfallError, match=r"cannot reach bucket 'another'.*AWS_ENDPOINT_URL") as error:
        shop.replicate()
    assert "\n" not in str(error.value)
