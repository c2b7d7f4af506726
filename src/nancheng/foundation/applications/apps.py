"""The applications as a Django app."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Other systems, their tokens and their calls."""

    name = "nancheng.foundation.applications"
