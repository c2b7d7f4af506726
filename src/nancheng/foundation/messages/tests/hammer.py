"""One of several workers that send the same outbox at once; prints the id of each message."""

from __future__ import annotations

import os

import django


def main() -> None:
    """Claim and send until nothing is due."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nancheng.config.settings")
    django.setup()
    # Only after the set-up: these modules hold tables.
    from nancheng.foundation.messages import actions
    from nancheng.foundation.messages.tests import making

    while claimed := actions.claim_due(at=making.AT):
        for message in claimed:
            print(message.pk)
            assert actions.mark_sent(message, at=making.AT)


if __name__ == "__main__":
    main()
