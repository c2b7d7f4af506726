"""Migrations of special bonds."""
