"""Tests of FEEL, decision tables, models and their analysis."""
