"""Django's entry for the shell."""

from django.apps import AppConfig


class Web(AppConfig):
    """The shell; it has no tables."""

    name = "nancheng.foundation.web"
    label = "web"
