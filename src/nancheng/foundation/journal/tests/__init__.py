"""Tests of the operations log."""
