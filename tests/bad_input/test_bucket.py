"""A lake in S3 that is not there, or refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.bad_input.conftest import Shop, one_line
from tests.e2e.test_s3_lake import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "writer", "AWS_SECRET_ACCESS_KEY": "hunter2-of-the-writer"}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SeaweedFS that knows a writer and a reader, and holds the bucket `lake`."""
    folder = tmp_path_factory.mktemp("weed")
    identities = [
        {
            "name": name,
            "credentials": [{"accessKey": name, "secretKey": f"hunter2-of-the-{name}"}],
            "actions": actions,
        }
        for name, actions in {
            "writer": ["Admin", "Read", "List", "Write"],
            "reader": ["Read", "List"],
        }.items()
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    port = free_port()
    weed = str(Path(sys.executable).with_name("weed"))
    command = [weed, "mini", f"-dir={folder}", "-ip=127.0.0.1", f"-s3.port={port}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*command, f"-s3.config={folder}/s3.json"], stdout=log, stderr=log)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="writer",
        aws_secret_access_key="hunter2-of-the-writer",
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                client.create_bucket(Bucket="lake")
                break
            except Exception:
                assert server.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def s3(endpoint: str, **changed: str) -> dict[str, str]:
    """The environment of a lake in the bucket."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "LANDFALL_LAKE": "s3://lake/shop",
        **KEYS,
        **changed,
    }


REFUSALS = {
    "no such bucket": ({"LANDFALL_LAKE": "s3://nowhere"}, "cannot reach bucket 'nowhere' (", "404"),
    "no bucket's name": ({"LANDFALL_LAKE": "s3://No_Bucket!"}, "cannot reach bucket 'No_Bucket!'", "Invalid"),
    "wrong secret": ({"AWS_SECRET_ACCESS_KEY": "hunter2-wrong"}, "cannot reach bucket 'lake'", "403"),
    "unknown key": ({"AWS_ACCESS_KEY_ID": "nobody"}, "cannot reach bucket 'lake'", "403"),
    "no URL": ({"AWS_ENDPOINT_URL": "localhost"}, "cannot reach bucket 'lake'", "Invalid endpoint"),
    "nobody there": ({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}, "'lake'", "Could not connect"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_bucket_that_refuses(landed: Shop, endpoint: str, why: str) -> None:
    changed, says, cause = REFUSALS[why]
    line = landed.refused(**s3(endpoint, **changed))
    assert says in line and cause in line
    assert line.endswith("check its name, what the keys may do, and AWS_ENDPOINT_URL")


def test_a_bucket_that_may_be_read_and_not_written(shop: Shop, endpoint: str) -> None:
    shop.replicate(**s3(endpoint))
    shop.change()
    checkpoint = shop.landed()
    reader = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "hunter2-of-the-reader"}
    line = one_line(*shop.landfall("replicate", "--source", "shop", **s3(endpoint, **reader)))
    assert "cannot write to bucket 'lake'" in line and "AccessDenied" in line
    assert shop.landed() == checkpoint
    assert re.search(r"^[1-9]\d* changes in 2 files", shop.replicate(**s3(endpoint)))
