"""The story of the demonstration: nine projects, three batches, payments at every step.

The facts of the founding page (nine projects, three batches, 11.7 亿元, the landscape project of
1,212 万元) with invented names; told through the real actions, on days counted back from ``at``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nancheng.domains.funds.demo import ground, park, paying
from nancheng.domains.funds.demo.telling import Story
from nancheng.domains.funds.models import Payment


def _silent(line: str) -> None:
    """Say nothing."""


def tell(*, at: datetime, say: Callable[[str], None] = _silent) -> None:
    """Tell the story once; a database that knows it stays as it is."""
    if Payment.objects.filter(request_key__contains=paying.MARK).exists():
        return
    story = Story(at)
    ground.lay(story)
    say("债券与到账 … three batches, five bonds, arrivals")
    ground.issue(story)
    say("合同 … contracts")
    ground.sign(story)
    say("芯片产业园 … the chip park and its tenants")
    park.settle(story)
    say("资金支付 … payments on a virtual calendar")
    paying.pay(story)
