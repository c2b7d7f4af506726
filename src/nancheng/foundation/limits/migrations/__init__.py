"""Migrations of the time limits' reference data."""
