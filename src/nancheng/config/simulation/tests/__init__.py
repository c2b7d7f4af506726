"""Tests of ``nancheng simulate``."""
