"""Reopening as an operation of two persons, named in the wiring."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases.reopening import actions
from nancheng.foundation.cases.reopening import queries as reopenings
from nancheng.foundation.confirmations.operations import Operation

OPERATIONS = (
    Operation(
        code=actions.OPERATION,
        name=_("重开办件"),
        ask=reopenings.ASK,
        confirm=reopenings.CONFIRM,
        run=actions.reopen,
        lines=lambda figures: [(_("事项编号"), figures["case"]), (_("重开环节"), figures["step"])],
    ),
)
