"""Tests of the messages app."""
