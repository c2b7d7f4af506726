"""Tests of bond arithmetic and coverage."""
