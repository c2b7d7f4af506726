"""Numbers of cases: a series a kind and a year, counted in its own row."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from nancheng.foundation.cases import rules
from nancheng.foundation.cases.models import NumberSeries


def next_case_number(*, prefix: str, at: datetime) -> str:
    """Return the next number of a kind of case in the year of ``at``; call within a transaction."""
    year = timezone.localtime(at).year
    series = f"{prefix}-{year}"
    if not NumberSeries.objects.filter(series=series).update(last=F("last") + 1):
        NumberSeries.objects.get_or_create(series=series)
        NumberSeries.objects.filter(series=series).update(last=F("last") + 1)
    last = NumberSeries.objects.values_list("last", flat=True).get(series=series)
    return rules.number(prefix=prefix, year=year, serial=last)
