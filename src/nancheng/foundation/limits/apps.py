"""The time limits as a Django app."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Rules of limits, office hours, calendar notices and what they moved."""

    name = "nancheng.foundation.limits"
