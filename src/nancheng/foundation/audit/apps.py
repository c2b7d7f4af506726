"""The audit as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Roots over all histories, and what verifying them found."""

    name = "nancheng.foundation.audit"
