"""Tests of coordination concerns."""
