"""Reads of special bonds: money, standing, lists and pages, within an actor's reach."""
