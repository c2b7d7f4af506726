"""What other apps show on a project's page: named by the wiring, each a panel or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from nancheng.foundation.people.rules import Actor
from nancheng.foundation.register.models import Project

# A panel names its "template"; the template draws its own card and finds the rest as ``panel``.
Panel = Mapping[str, Any]
# ``f(project, actor) -> Panel | None``, named in ``settings.PROJECT_PANELS``.
Source = Callable[[Project, Actor], Panel | None]


def of(project: Project, actor: Actor) -> list[Panel]:
    """Return the panels that other apps add for this reader, in the wiring's order."""
    sources: list[Source] = [
        import_string(dotted) for dotted in getattr(settings, "PROJECT_PANELS", ())
    ]
    found = [source(project, actor) for source in sources]
    return [panel for panel in found if panel is not None]
