"""The one template engine: Jinja2, with Chinese first, English second, and our filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment, StrictUndefined

from nancheng.foundation.web import charts, drawing, figures, wording


def _series(given: Iterable[Any]) -> list[charts.Series]:
    return [s if isinstance(s, charts.Series) else charts.Series(**s) for s in given]


def _parts(given: Iterable[Any]) -> list[charts.Part]:
    return [p if isinstance(p, charts.Part) else charts.Part(**p) for p in given]


# What "web/drawings.html" draws with; pages use its macros, or ``charts`` from a view.
CHARTS = {
    "money_thread": charts.thread,
    "bar_chart": lambda labels, series, title, unit: charts.bars(
        labels, _series(series), title=title, unit=unit
    ),
    "line_chart": lambda labels, series, title, unit: charts.line(
        labels, _series(series), title=title, unit=unit
    ),
    "donut_chart": lambda parts, title, middle, unit: charts.donut(
        _parts(parts), title=title, middle=middle, unit=unit
    ),
}


class Templates(Jinja2):
    """Jinja2 whose templates lie in ``<app>/templates``."""

    app_dirname = "templates"


def environment(**options: Any) -> Environment:
    """Return the environment of all pages; a name that is missing is an error, never a blank."""
    made = Environment(
        **{
            **options,
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
        }
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        url=address,
        static=static,
        lang=get_language,
        named=wording.named,
        limit=wording.limit,
        weekday=wording.weekday,
        duration=wording.duration,
        query=query,
        bpmn_drawing=drawing.draw,
        **CHARTS,
    )
    made.filters.update(
        money=figures.money,
        wan=figures.wan,
        yi=figures.yi,
        whole=figures.whole,
        day=figures.day,
        moment=figures.moment,
        percent=figures.percent,
        named=wording.named,
        label=wording.label,
        limit=wording.limit,
        weekday=wording.weekday,
        duration=wording.duration,
    )
    return made


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named page."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def query(given: Any, **changes: object) -> str:
    """Return a query string like the given one (a QueryDict) with some values set or, None, cut.

    ``<a href="{{ query(request.GET, page=2) }}">``
    """
    values = given.copy()
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = str(value)
    encoded: str = values.urlencode()
    return f"?{encoded}"
