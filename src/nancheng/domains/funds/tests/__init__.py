"""Tests of special bonds."""
