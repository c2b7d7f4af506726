"""Backups that are refused or interrupted."""
