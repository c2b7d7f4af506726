"""One of several processes that confirm the same operation: ``python -m … username id``.

Prints the department's name afterwards and what became of the confirmation.
"""

from __future__ import annotations

import os
import sys

import django


def main(username: str, confirmation_id: int) -> None:
    """Confirm, and say how it went."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    django.setup()
    from django.conf import settings

    settings.TWO_HANDS = ("nancheng.foundation.confirmations.tests.making.OPERATIONS",)
    # Only after the set-up: these modules hold tables.
    from nancheng.foundation.confirmations import actions
    from nancheng.foundation.confirmations.tests import making
    from nancheng.kernel.refusal import Refused

    by = making.actor(username)
    try:
        actions.confirm(confirmation_id=confirmation_id, answer="", by=by, at=making.AT)
        outcome = "confirmed"
    except Refused as refused:
        outcome = refused.code
    print(making.north(), outcome)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
