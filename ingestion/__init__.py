"""Landfall's Python: what surrounds the dbt project. Entry point: `landfall` (see cli.py)."""
