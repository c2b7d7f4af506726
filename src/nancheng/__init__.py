"""Nancheng (南城): the integrated management platform of a development zone."""

__version__ = "0.1.0"
