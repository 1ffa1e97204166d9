"""Where bronze is stored: a local folder or an S3 bucket. Files appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.errors import LandfallError


class Lake(Protocol):
    """A place for bronze files. Keys are paths below `bronze/`, with forward slashes."""

    def claim(self, task: str) -> None:
        """Makes the scratch folder of a task, whose name no other running task has. Drafts that a
        killed run of it left are removed; those of other tasks stay."""

    @property
    def scratch(self) -> Path:
        """A local folder to write a file in before it is published. Of the claiming task alone."""

    def publish(self, file: Path, key: str) -> None:
        """Moves a finished local file to its key, durably and atomically."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin with `prefix`."""

    def remove(self, key: str) -> None:
        """Deletes one file, as DMS does when it prepares a table for its load."""


def open_lake(location: str) -> Lake:
    """The lake at a folder or at s3://bucket/prefix (endpoint and keys come from AWS_* variables)."""
    return S3Lake(location) if location.startswith("s3://") else LocalLake(Path(location))


class LocalLake:
    """A folder. Files are written beside it and renamed into place."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._scratch = self._root / ".tmp"

    def claim(self, task: str) -> None:
        self._scratch = self._root / ".tmp" / task
        try:
            if self._scratch.exists():
                shutil.rmtree(self._scratch)
            self._scratch.mkdir(parents=True)
        except OSError as error:
            raise LandfallError(
                f"cannot write to the lake at {self._root}: {error.strerror}; mend that, or choose another "
                "place with LANDFALL_LAKE"
            ) from None

    @property
    def scratch(self) -> Path:
        return self._scratch

    def publish(self, file: Path, key: str) -> None:
        target = self._root / "bronze" / key
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as written:
                os.fsync(written.fileno())
            file.replace(target)
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise LandfallError(
                f"cannot write {target}: {error.strerror}; mend that and run it again: nothing that had "
                "landed is lost"
            ) from None

    def keys(self, prefix: str) -> Iterator[str]:
        bronze = self._root / "bronze"
        for path in sorted((bronze / prefix).rglob("*")):
            if path.is_file():
                yield path.relative_to(bronze).as_posix()

    def remove(self, key: str) -> None:
        (self._root / "bronze" / key).unlink(missing_ok=True)


@dataclass(frozen=True)
class Entry:
    """A file of bronze as a listing tells it: its path below `bronze/`, size, and time in UTC."""

    key: str
    size: int
    modified_at: datetime


class S3Lake:
    """A bucket and prefix. A PUT is atomic, so nothing half-written is ever seen."""

    def __init__(self, location: str) -> None:
        self._location = location.rstrip("/")
        self._bucket, _, prefix = self._location.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/bronze/" if prefix else "bronze/"
        # removed with this object
        self._scratch = tempfile.TemporaryDirectory(prefix="landfall-")
        with self._told("reach"):
            self._s3 = boto3.client(
                "s3", config=Config(connect_timeout=10, retries={"mode": "standard", "max_attempts": 3})
            )
            self._s3.head_bucket(Bucket=self._bucket)

    def claim(self, task: str) -> None:
        # a scratch folder is of one process, and with it goes what a killed one had not sent yet
        pass

    @property
    def scratch(self) -> Path:
        return Path(self._scratch.name)

    def publish(self, file: Path, key: str) -> None:
        with self._told("write to"):
            self._s3.upload_file(str(file), self._bucket, self._prefix + key)
        file.unlink()

    @property
    def location(self) -> str:
        """s3://bucket/prefix, without a slash at its end."""
        return self._location

    def keys(self, prefix: str) -> Iterator[str]:
        for entry in self.entries(prefix):
            yield entry.key

    def entries(self, prefix: str) -> Iterator[Entry]:
        """The files whose keys begin with `prefix`. Lists them, opens none."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with self._told("list"):
            for page in pages:
                for found in page.get("Contents", []):
                    modified_at = found["LastModified"].astimezone(UTC).replace(tzinfo=None)
                    yield Entry(found["Key"].removeprefix(self._prefix), found["Size"], modified_at)

    def write(self, path: str, content: bytes) -> None:
        """Puts a file beside bronze, at a path below the lake's root, in place of the one before."""
        key = self._prefix.removesuffix("bronze/") + path
        with self._told("write to"):
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)

    def remove(self, key: str) -> None:
        with self._told("delete from"):
            self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """An endpoint that is no URL is a ValueError to botocore."""
        try:
            yield
        except (BotoCoreError, ClientError, Boto3Error, ValueError) as error:
            reason = " ".join(str(error).split())
            raise LandfallError(
                f"cannot {what} bucket '{self._bucket}' ({reason}): check its name, what the keys may do, "
                "and AWS_ENDPOINT_URL"
            ) from None
