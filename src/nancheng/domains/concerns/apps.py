"""Coordination concerns as a Django app."""

from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    """Concerns that several departments settle together."""

    name = "nancheng.domains.concerns"
