"""One process of several that spend the same money at once; run by ``test_concurrency``.

Arguments: the name of this process and how often it tries. It prints how often it was done, and how
often each refusal came.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime

import django

AT = datetime(2020, 9, 15, 2, tzinfo=UTC)


def main(name: str, tries: int) -> Counter[str]:
    """Pay, hold and post, undo; some under keys of its own, some under keys that all share."""
    from nancheng.foundation.ledger import actions
    from nancheng.kernel.refusal import Refused

    said: Counter[str] = Counter()
    for number in range(tries):
        key = f"shared/{number}" if number % 3 == 0 else f"{name}/{number}"
        sides = ("road", "parking") if number % 2 else ("parking", "road")
        try:
            held = actions.reserve(
                debit=sides[0],
                credit=sides[1],
                amount_fen=7,
                reason="hammer",
                by=None,
                at=AT,
                key=key,
            )
            end = actions.void if number % 5 == 0 else actions.post
            end(reservation_id=held.pk, by=None, at=AT, key=f"{key}/end/{name}")
            said["done"] += 1
        except Refused as refused:
            said[refused.code] += 1
    return said


if __name__ == "__main__":
    django.setup()
    for code, count in sorted(main(sys.argv[1], int(sys.argv[2])).items()):
        print(code, count)
