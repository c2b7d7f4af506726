"""The HTTP API as a Django app: texts and one page."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Routes under /api/v1, their description and the page that shows it."""

    name = "nancheng.api"
