"""Tests of the register app."""
