"""Proof of the process kernel: drawings as text, generated drawings, generated lives."""
