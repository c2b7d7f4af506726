"""Migrations of confirmations."""
