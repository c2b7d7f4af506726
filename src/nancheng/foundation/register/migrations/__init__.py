"""Migrations of the register app."""
