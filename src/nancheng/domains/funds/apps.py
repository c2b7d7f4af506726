"""Special bonds as a Django app."""

from django.apps import AppConfig


class FundsConfig(AppConfig):
    """Bonds, allocations, arrivals, contracts and payments."""

    name = "nancheng.domains.funds"
