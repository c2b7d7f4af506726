"""Tests of the time limits' reference data."""
