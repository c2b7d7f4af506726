"""Migrations of the messages app."""
