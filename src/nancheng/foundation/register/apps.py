"""The register as a Django app."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Organisations, projects and places."""

    name = "nancheng.foundation.register"
