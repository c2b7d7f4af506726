"""What is odd about a request: no reason to refuse, but a leader must look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nancheng.domains.funds.rules.facts import Request, Verdict


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request under the same contract."""

    number: str
    amount_fen: int
    applied_on: date


@dataclass(frozen=True, slots=True)
class Flag:
    """Something odd about a request; the figures say what."""

    code: str
    figures: Mapping[str, object]


def split_flag(
    request: Request, earlier: Iterable[Earlier], *, threshold_fen: int, window_days: int
) -> Flag | None:
    """Flag requests under the threshold that together reach it within the window (拆分支付)."""
    if request.amount_fen >= threshold_fen:
        return None
    since = request.applied_on - timedelta(days=window_days)
    near = [
        one
        for one in earlier
        if since <= one.applied_on <= request.applied_on and one.amount_fen < threshold_fen
    ]
    total_fen = request.amount_fen + sum(one.amount_fen for one in near)
    if not near or total_fen < threshold_fen:
        return None
    return Flag(
        "funds.flag-split",
        {
            "count": len(near) + 1,
            "total_fen": total_fen,
            "threshold_fen": threshold_fen,
            "numbers": "、".join(one.number for one in near),
            "window_days": window_days,
        },
    )


def screening_flag(verdicts: Iterable[Verdict]) -> Flag | None:
    """Flag a project that was let through the negative list by a person's reasoned decision."""
    count = sum(verdict is Verdict.ALLOWED for verdict in verdicts)
    return Flag("funds.flag-screening", {"count": count}) if count else None
