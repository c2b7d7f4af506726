"""Messages in: what another system tells a case that awaits it, or that begins one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from nancheng.api import declaring, once
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.problems import Declined
from nancheng.api.shapes import Given, Id, Line, Name
from nancheng.foundation.cases import delivery, dispatching
from nancheng.foundation.cases.dispatching import Message

router = Router(tags=["messages"])
DELIVER = Need(delivery.DELIVER)
VALUES_MAX = 100


class MessageGiven(Given):
    """A message: its name in the drawing, which case is meant, what it says.

    Where a drawing gives no value of its own, a case is meant by its number.
    """

    name: Name
    correlation: Line
    values: dict[str, Any] = Field(default_factory=dict, max_length=VALUES_MAX)


class Delivered(Schema):
    """What became of it: "done", "kept" for a case that will await it, "stuck", "waiting"."""

    id: Id
    state: str


@declaring.writes(router, "POST", "/messages", need=DELIVER, gives=Delivered)
def deliver(request: ApiRequest, given: MessageGiven) -> HttpResponse:
    """Hand a message over to the one case that awaits it."""
    caller = request.caller
    if caller.bearer.narrowing.kinds:
        # Whose case a message reaches is found out later: a token for some kinds cannot promise.
        raise Declined(403, "api.kind-beyond-token", kind="*")

    def act(key: str) -> Delivered:
        errand = dispatching.deliver_message(
            Message(given.name, given.correlation, given.values),
            by=caller.actor,
            at=caller.at,
            key=key,
        )
        return Delivered(id=errand.pk, state=errand.state)

    return once.once(request, caller, act, status=200)
