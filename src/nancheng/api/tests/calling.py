"""Calls the API in tests: a token at any post of the small zone, and a client that carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from nancheng.foundation.applications import actions
from nancheng.foundation.applications.actions import ApplicationFacts
from nancheng.foundation.applications.models import AccessToken, Application
from nancheng.foundation.applications.rules import EVERYTHING, Narrowing
from nancheng.foundation.people.models import Identity
from nancheng.foundation.people.rules import Actor, Scope

ROOT = "/api/v1"
_numbers = count(1)


def a_manager(identity: Identity | None = None) -> Actor:
    """Return somebody who may manage applications."""
    found = identity or Identity.objects.order_by("id").first()
    assert found is not None
    return Actor(
        identity_id=found.pk,
        person_id=found.person_id,
        name="管",
        post_id=found.post_id,
        post_name="系统管理员",
        duty="sysadmin",
        department_id=found.post.department_id,
        department_path="/",
        department_name="大数据中心",
        verbs=dict.fromkeys((actions.MANAGE, actions.CONFIRM), frozenset({Scope.ZONE})),
    )


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that both hands agreed on, with its text."""

    token: AccessToken
    text: str


def a_token(username: str, *, days: int = 30, **narrowing: Any) -> Issued:
    """Register an application at the post of somebody and issue a token for it."""
    identity = Identity.objects.select_related("post__department", "post__duty").get(
        person__username=username
    )
    manager = a_manager(identity)
    code = f"probe-{next(_numbers)}"
    at = timezone.now()
    made = actions.register_application(
        ApplicationFacts(
            code=code,
            name=f"应用 {code}",
            purpose="测试",
            contact="某人",
            department=identity.post.department.code,
            duty=identity.post.duty.code,
        ),
        by=manager,
        at=at,
    )
    return another_token(made, days=days, **narrowing)


def another_token(application: Application, *, days: int = 30, **narrowing: Any) -> Issued:
    """Issue one more token for an application."""
    given = {"verbs": frozenset({EVERYTHING}), "is_read_only": False, **narrowing}
    wanted, issued = actions.prepare(
        application.pk, label="测试", narrowing=Narrowing(**given), days=days, by=a_manager()
    )
    token = actions.issue(wanted, asked="测试", by=a_manager(), at=timezone.now())
    return Issued(token, issued.text)


@dataclass
class Api:
    """A client with a token; every write gets a key of its own unless one is given."""

    token: str = ""
    client: Client = field(default_factory=Client)

    def headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of one call."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return own | {name.replace("_", "-"): value for name, value in more.items()}

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """Read."""
        address = path if path.startswith(ROOT) else ROOT + path
        return self.client.get(address, query or {}, headers=self.headers(headers))

    def post(
        self, path: str, body: Any = None, *, key: str = "", method: str = "POST", **headers: str
    ) -> Any:
        """Write: a body is sent as JSON, text as it is."""
        sent = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        return self.client.generic(
            method,
            ROOT + path,
            sent,
            content_type=headers.pop("content_type", "application/json"),
            headers=self.headers({"Idempotency-Key": key or f"key-{next(_numbers)}", **headers}),
        )

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return all the rows of a list, page after page."""
        found: list[dict[str, Any]] = []
        answer = self.get(path, query)
        while True:
            assert answer.status_code == 200, answer.content
            found += answer.json()["items"]
            if not answer.json()["next"]:
                return found
            answer = self.client.get(answer.json()["next"], headers=self.headers({}))
