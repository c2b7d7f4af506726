"""The recipe for other systems is true: each of its commands does what it says."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from string import Template
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nancheng.api.tests import calling
from nancheng.api.tests.test_payments import PDF
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
from nancheng.foundation.cases.models import Task
from nancheng.foundation.people import actions as people
from tests import tree

RECIPE = tree.ROOT / "docs" / "recipes" / "use-the-api.md"


def commands() -> list[str]:
    """Return the recipe's commands in their order."""
    text = RECIPE.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def run(command: str) -> Any:
    """Do what curl would do, through Django's client."""
    words = iter(shlex.split(command)[1:])
    headers: dict[str, str] = {}
    form: dict[str, Any] = {}
    body, address = "", ""
    for word in words:
        if word == "-H":
            name, _colon, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word == "-F":
            name, _equals, value = next(words).partition("=")
            form[name] = SimpleUploadedFile(value[1:], PDF) if value[0] == "@" else value
        else:
            address = word
    client = Client()
    if form:
        return client.post(address, form, headers=headers)
    if body:
        return client.post(address, body, content_type="application/json", headers=headers)
    return client.get(address, headers=headers)


def an_office() -> str:
    """Return the token of an application at a post that supervises."""
    verbs = ("case.view", "case.ask", "case.supervise")
    people.put_duty(
        code="office", name="督查", name_en="Office", grants=dict.fromkeys(verbs, "zone")
    )
    people.put_post(department="finance", duty="office", name="督查岗", name_en="Office")
    people.put_person(username="office", name="督", password=making.PASSWORD)
    people.appoint(
        username="office", department="finance", duty="office", active_from=making.AT.date()
    )
    return calling.a_token("office").text


def on_the_case(number: str) -> dict[str, str]:
    """Return what the commands about a case need to know of it."""
    task = Task.objects.filter(case__number=number, done_at=None).latest("id")
    return {
        "NUMBER": number,
        "DEPARTMENT": str(task.department_id),
        "RECEIVER": f"department:{task.department_id}",
    }


def test_every_command_of_the_recipe_works(world: World) -> None:
    clerk = calling.a_token("clerk")
    known = {
        "SITE": "",
        "TOKEN": clerk.text,
        "HEAD_TOKEN": calling.a_token("head").text,
        "OFFICE_TOKEN": an_office(),
        "DAY": (timezone.localdate() + timedelta(days=3)).isoformat(),
        "CONTRACT": str(world.contract.pk),
        "ALLOCATION": str(world.allocation.pk),
        "ITEM": str(world.contract.cost_item_id),
    }
    papers = []
    for purpose in sorted(making.PAPERS - {"request"}):
        api = calling.Api(clerk.text)
        kept = api.client.post(
            f"{calling.ROOT}/files",
            {"file": SimpleUploadedFile("a.pdf", PDF), "purpose": purpose},
            headers=api.headers({"Idempotency-Key": purpose}),
        )
        papers.append(kept.json()["id"])
    asked = 0
    for command in commands():
        answer = run(Template(command).substitute(known))
        assert answer.status_code in {200, 201}, (command, answer.content.decode())
        asked += 1
        if "/files" in command:
            known["PAPERS"] = ", ".join(map(str, [*papers, answer.json()["id"]]))
        if "/tasks?" in command:
            known["TASK"] = str(answer.json()["items"][0]["id"])
        if command.endswith("/funds/payments"):
            known |= on_the_case(answer.json()["number"])
    assert asked == len(commands()) > 8
