"""The files as a Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Attachments and who read them."""

    name = "nancheng.foundation.files"
