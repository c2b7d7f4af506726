"""Notices to persons, and the outbox of what leaves the house after a commit."""
