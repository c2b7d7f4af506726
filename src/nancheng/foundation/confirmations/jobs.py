"""Requests that nobody decides do not wait for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from nancheng.foundation.confirmations import actions
from nancheng.foundation.confirmations.models import Confirmation

LAPSED_MAX = 200


def lapse_due(*, at: datetime) -> int:
    """End what has waited longer than the setting says, each in its own transaction."""
    before = at - timedelta(days=settings.CONFIRMATION_DAYS)
    old = Confirmation.objects.filter(state=Confirmation.State.WAITING, asked_at__lt=before)
    found = old.order_by("asked_at").values_list("pk", flat=True)[:LAPSED_MAX]
    return sum(actions.lapse(confirmation_id=one, at=at) for one in list(found))
