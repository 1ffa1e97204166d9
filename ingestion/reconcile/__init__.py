"""Reconciliation: is silver what the source is now?"""
