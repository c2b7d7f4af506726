"""One process of several whose hands all reach for the same task; run by ``test_pool``.

Arguments: the task, and the sign-in names of its hands. It prints how often each outcome came.
"""

from __future__ import annotations

import sys
from collections import Counter

import django


def main(task_id: int, usernames: list[str]) -> Counter[str]:
    """Let each hand reach for the task once."""
    from nancheng.foundation.cases import actions
    from nancheng.foundation.cases.tests.making import AT
    from nancheng.foundation.people import queries
    from nancheng.kernel.refusal import Refused

    said: Counter[str] = Counter()
    for username in usernames:
        by = queries.actor_of(username=username, on=AT.date())
        try:
            actions.claim(task_id=task_id, by=by, at=AT, key=f"grab-{username}")
            said["won"] += 1
        except Refused as refused:
            said[refused.code] += 1
    return said


if __name__ == "__main__":
    from django.conf import settings

    settings.PROCESS_BINDINGS = (
        "nancheng.foundation.cases.tests.making.BINDINGS",
        "nancheng.foundation.cases.tests.offices.BINDINGS",
    )
    django.setup()
    for code, count in sorted(main(int(sys.argv[1]), sys.argv[2:]).items()):
        print(code, count)
