"""Sending: to a real socket, to Django's mail, with every fault a receiver can have."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from nancheng.foundation.messages import actions, channels, jobs, rules
from nancheng.foundation.messages.models import Outbox
from nancheng.foundation.messages.tests import making
from nancheng.foundation.messages.tests.making import AT

pytestmark = pytest.mark.django_db

FIGURES = {"title": "演示项目"}


@dataclass
class Receiver:
    """Another system: what it was sent, and what it answers."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    said = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            said.got.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the library looks for this name

        def log_message(self, *_args: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    said.url = f"http://127.0.0.1:{server.server_port}/events"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield said
    server.shutdown()
    thread.join()
    server.server_close()


def tell(*identity_ids: int, key: str = "k") -> None:
    actions.notify(
        identity_ids=identity_ids, code="test.told", figures=FIGURES, case_id=None, at=AT, key=key
    )


def test_an_endpoint_gets_a_signed_cloud_event(receiver: Receiver) -> None:
    actions.put_endpoint(name="bureau", url=receiver.url, secret="hush")
    tell()
    assert jobs.deliver_due(at=AT) == 1
    ((headers, body),) = receiver.got
    event = json.loads(body)
    assert event["specversion"] == "1.0"
    assert event["type"] == "nancheng.test.told"
    assert event["id"] == Outbox.objects.get().key
    assert event["time"] == "2020-09-15T01:00:00+00:00"
    assert event["data"] == {"text": "通知：演示项目", "figures": FIGURES}
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    assert headers["X-Nancheng-Signature"] == channels.signature(body, "hush")
    assert jobs.deliver_due(at=AT + timedelta(days=1)) == 0
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [302, 307, 400, 500])
def test_whatever_is_not_taken_is_tried_again_under_the_same_id(
    receiver: Receiver, status: int
) -> None:
    actions.put_endpoint(name="bureau", url=receiver.url)
    tell()
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    assert jobs.deliver_due(at=AT) == 0
    # A redirect is not followed: it is one more way of not taking the message.
    assert len(receiver.got) == 1
    message = Outbox.objects.get()
    assert message.last_error == f"OSError: answered {status}"
    assert message.send_after == AT + rules.FIRST_RETRY
    assert jobs.deliver_due(at=AT) == 0
    receiver.status = 200
    assert jobs.deliver_due(at=AT + rules.FIRST_RETRY) == 1
    assert {json.loads(body)["id"] for _, body in receiver.got} == {message.key}


def test_a_receiver_that_is_away_does_not_hold_up_the_others(receiver: Receiver) -> None:
    actions.put_endpoint(name="away", url="http://127.0.0.1:9/")
    actions.put_endpoint(name="bureau", url=receiver.url)
    tell()
    assert jobs.deliver_due(at=AT) == 1
    assert len(receiver.got) == 1


def test_only_web_addresses_are_opened() -> None:
    actions.put_endpoint(name="file", url="http://127.0.0.1:9/")
    tell()
    Outbox.objects.update(address="file:///etc/passwd")
    assert jobs.deliver_due(at=AT) == 0
    assert "not a web address" in Outbox.objects.get().last_error


def test_a_mail_is_in_its_readers_language_and_carries_its_id() -> None:
    actor = making.an_actor("first")
    actions.subscribe(identity_id=actor.identity_id, address="first@demo.invalid")
    tell(actor.identity_id)
    assert jobs.deliver_due(at=AT) == 1
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == (
        "通知：演示项目",
        "通知：演示项目",
        ["first@demo.invalid"],
    )
    assert sent.extra_headers["Message-ID"] == f"<{Outbox.objects.get().key}@nancheng>"


def test_a_title_with_line_breaks_makes_no_headers() -> None:
    actor = making.an_actor("first")
    actions.subscribe(identity_id=actor.identity_id, address="first@demo.invalid")
    actions.notify(
        identity_ids=[actor.identity_id],
        code="test.told",
        figures={"title": "甲\r\nBcc: x@demo.invalid"},
        case_id=None,
        at=AT,
        key="k",
    )
    assert jobs.deliver_due(at=AT) == 1
    assert mail.outbox[0].recipients() == ["first@demo.invalid"]
    assert "\n" not in mail.outbox[0].subject


def test_a_mail_server_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = making.an_actor("first")
    actions.subscribe(identity_id=actor.identity_id, address="first@demo.invalid")
    tell(actor.identity_id)

    def away(*_args: object, **_kwargs: object) -> int:
        raise ConnectionRefusedError("no mail server")

    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", away)
        assert jobs.deliver_due(at=AT) == 0
    assert "no mail server" in Outbox.objects.get().last_error
    assert jobs.deliver_due(at=AT + rules.FIRST_RETRY) == 1


def test_a_message_that_cannot_be_made_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    actions.put_endpoint(name="bureau", url=receiver.url)
    tell(key="1")
    tell(key="2")
    first = Outbox.objects.order_by("pk")[0]
    made = channels.cloud_event

    def fails_for_the_first(message: Outbox) -> dict[str, object]:
        assert message.pk != first.pk, "cannot be made"
        return made(message)

    monkeypatch.setattr(channels, "cloud_event", fails_for_the_first)
    assert jobs.deliver_due(at=AT) == 1
    first.refresh_from_db()
    assert first.last_error.startswith("AssertionError: cannot be made")
