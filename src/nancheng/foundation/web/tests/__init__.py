"""Tests of the shell, the components and the tables."""
