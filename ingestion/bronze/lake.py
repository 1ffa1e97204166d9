"""Where bronze is stored: a local folder or an S3 bucket. Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.errors import LandfallError


class Lake(Protocol):
    """A place for bronze files. Keys are paths below `bronze/`, with forward slashes."""

    @property
    def scratch(self) -> Path:
        """A local folder to write a file in before it is published."""

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
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LandfallError(f"cannot write to the lake at {root}: {error.strerror}") from None

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
            raise LandfallError(f"cannot write {target}: {error.strerror}") from None

    def keys(self, prefix: str) -> Iterator[str]:
        bronze = self._root / "bronze"
        for path in sorted((bronze / prefix).rglob("*")):
            if path.is_file():
                yield path.relative_to(bronze).as_posix()

    def remove(self, key: str) -> None:
        (self._root / "bronze" / key).unlink(missing_ok=True)


class S3Lake:
    """A bucket and prefix. A PUT is atomic, so nothing half-written is ever seen."""

    def __init__(self, location: str) -> None:
        self._location = location.rstrip("/")
        self._bucket, _, prefix = self._location.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/bronze/" if prefix else "bronze/"
        self._scratch = Path(tempfile.mkdtemp(prefix="landfall-"))
        try:
            self._s3 = boto3.client("s3")
            self._s3.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise LandfallError(
                f"cannot reach bucket '{self._bucket}' ({error}): check its name, AWS_ENDPOINT_URL and keys"
            ) from None

    @property
    def scratch(self) -> Path:
        return self._scratch

    def publish(self, file: Path, key: str) -> None:
        try:
            self._s3.upload_file(str(file), self._bucket, self._prefix + key)
        except (BotoCoreError, ClientError) as error:
            raise LandfallError(f"cannot write {self._location}/bronze/{key}: {error}") from None
        file.unlink()

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        for page in pages:
            for entry in page.get("Contents", []):
                yield entry["Key"].removeprefix(self._prefix)

    def remove(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + key)
