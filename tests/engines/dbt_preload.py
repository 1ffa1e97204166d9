"""What the process imports from which runs of dbt are forked (see dbt_runs), once for all of them."""

from __future__ import annotations

import functools
import gc

import boto3
import dbt.adapters.athena
import dbt.adapters.duckdb
import dbt.adapters.redshift
import dbt.cli.main
import dbt.parser.manifest
import dbt.task.build  # noqa: F401
from botocore.loaders import JSONFileLoader

# dbt-athena makes clients of AWS by the hundred, each of which reads megabytes of JSON: a third of its run.
_read = JSONFileLoader.load_file
_cached = functools.cache(lambda path: _read(JSONFileLoader(), path))
JSONFileLoader.load_file = lambda self, file_path: _cached(file_path)  # type: ignore[method-assign]
for _service in ("athena", "glue", "lakeformation", "s3", "sts"):
    boto3.client(_service, region_name="us-east-1")

gc.freeze()  # or every run's first collection would copy all that it shares
