"""Backup and restore of a whole installation, from either database into either."""
