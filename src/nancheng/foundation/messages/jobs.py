"""Timed work on messages: send what is due, after the commit that wrote it."""

from __future__ import annotations

import logging
from datetime import datetime

from nancheng.foundation.messages import actions, channels
from nancheng.foundation.messages.models import Outbox

logger = logging.getLogger(__name__)

# One sweep sends no more than this many batches, so that other jobs have their turn.
BATCHES_MAX = 10


def deliver_due(*, at: datetime) -> int:
    """Send the messages that are due and return how many left.

    Each is claimed first, sent outside any transaction, then marked. A worker that dies between
    sending and marking lets it be sent once more, under the same id.
    """
    sent = 0
    for _batch in range(BATCHES_MAX):
        claimed = actions.claim_due(at=at)
        if not claimed:
            break
        sent += sum(_deliver(message, at) for message in claimed)
    return sent


def _deliver(message: Outbox, at: datetime) -> bool:
    try:
        channels.send(message)
    except channels.OUTSIDE_FAULTS as error:
        return _failed(message, error, at)
    except Exception as error:
        # One message that cannot be made must not hold up the others; the fault is logged.
        logger.exception("message %s could not be made", message.pk)
        return _failed(message, error, at)
    return actions.mark_sent(message, at=at)


def _failed(message: Outbox, error: Exception, at: datetime) -> bool:
    if actions.mark_failed(message, error=f"{type(error).__name__}: {error}", at=at):
        logger.error("message %s given up after %s tries", message.pk, message.attempts)
    return False
