"""Numbers of cases: a series a kind and a year, counted in its own row."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from nancheng.foundation.cases import rules
from nancheng.foundation.cases.models import NumberSeries
from nancheng.foundation.web import sql

_NEXT = "UPDATE cases_numberseries SET last = last + 1 WHERE series = %s RETURNING last"


def next_case_number(*, prefix: str, at: datetime) -> str:
    """Return the next number of a kind of case in the year of ``at``; call within a transaction."""
    year = timezone.localtime(at).year
    series = f"{prefix}-{year}"
    found = sql.one(_NEXT, [series])
    if found is None:
        NumberSeries.objects.get_or_create(series=series)
        found = sql.one(_NEXT, [series])
    assert found is not None, series
    return rules.number(prefix=prefix, year=year, serial=found[0])
