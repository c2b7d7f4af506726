"""Migrations of the files app."""
