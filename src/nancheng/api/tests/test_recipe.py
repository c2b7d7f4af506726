"""The recipe for other systems is true: each of its commands does what it says."""

from __future__ import annotations

import re
import shlex
from string import Template
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nancheng.api.tests import calling
from nancheng.api.tests.test_payments import PDF
from nancheng.domains.funds.tests import making
from nancheng.domains.funds.tests.making import World
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


def test_every_command_of_the_recipe_works(world: World) -> None:
    clerk = calling.a_token("clerk")
    known = {
        "SITE": "",
        "TOKEN": clerk.text,
        "HEAD_TOKEN": calling.a_token("head").text,
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
    assert asked == len(commands()) > 8
