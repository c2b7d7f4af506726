"""The cockpit as a Django app."""

from django.apps import AppConfig


class CockpitConfig(AppConfig):
    """One page of figures; no tables of its own."""

    name = "nancheng.dashboards.cockpit"
