"""The ways out of the house: mail, and CloudEvents to other systems.

A sender returns when the receiver has taken the message and raises when not. The same message
sent twice carries the same id, so that a receiver can tell.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import IO
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.utils import translation

from nancheng.foundation.messages import texts
from nancheng.foundation.messages.models import Outbox

TIMEOUT_SECONDS = 5
# What may go wrong outside: the message is tried again.
OUTSIDE_FAULTS = (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: an endpoint is where it was registered and nowhere else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        """Refuse; the caller sees the redirect as an error."""


def send(message: Outbox) -> None:
    """Send a message by its channel. Raises one of ``OUTSIDE_FAULTS`` when it was not taken."""
    SENDERS[Outbox.Channel(message.channel)](message)


def cloud_event(message: Outbox) -> dict[str, object]:
    """Return a message as a CloudEvent. CloudEvents 1.0, JSON format."""
    with translation.override(message.language):
        text = texts.said(message.code, message.figures)
    return {
        "specversion": "1.0",
        "id": message.key,
        "source": "urn:nancheng",
        "type": f"nancheng.{message.code}",
        "time": message.created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {"text": text, "figures": message.figures},
    }


def signature(body: bytes, secret: str) -> str:
    """Return the signature that lets a receiver know the sender (HMAC-SHA-256)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _mail(message: Outbox) -> None:
    with translation.override(message.language):
        text = texts.said(message.code, message.figures)
    subject = " ".join(text.split())[:78]
    headers = {"Message-ID": f"<{message.key}@nancheng>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(subject=subject, body=text, to=[message.address], headers=headers)
    if mail.send() != 1:
        raise OSError("the mail server took nothing")


def _webhook(message: Outbox) -> None:
    if urlsplit(message.address).scheme not in {"http", "https"}:
        raise ValueError(f"not a web address: {message.address}")
    body = json.dumps(cloud_event(message), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    if message.endpoint is not None and message.endpoint.secret:
        headers["X-Nancheng-Signature"] = signature(body, message.endpoint.secret)
    request = urllib.request.Request(message.address, data=body, headers=headers, method="POST")
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"answered {error.code}") from error


# Built by hand: no file:, ftp: or data: handler, no proxy from the environment, no redirect.
_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.HTTPHandler(),
    urllib.request.HTTPSHandler(),
    urllib.request.HTTPDefaultErrorHandler(),
    urllib.request.HTTPErrorProcessor(),
    NoRedirect(),
):
    _OPENER.add_handler(_handler)

SENDERS: Mapping[Outbox.Channel, Callable[[Outbox], None]] = {
    Outbox.Channel.MAIL: _mail,
    Outbox.Channel.WEBHOOK: _webhook,
}
assert set(SENDERS) == set(Outbox.Channel)
