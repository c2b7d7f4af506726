"""The app's label differs from Django's own "messages"."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Notices and the outbox."""

    name = "nancheng.foundation.messages"
    label = "notices"
