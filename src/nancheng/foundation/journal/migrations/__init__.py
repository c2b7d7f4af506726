"""Migrations of the operations log."""
