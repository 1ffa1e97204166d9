"""The command line. Composes the features; they do not know each other."""

from ingestion.cli.app import main

__all__ = ["main"]
