"""``nancheng demo``: bring an empty database to a believable quarter, through the real actions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from nancheng.config import wiring
from nancheng.foundation.cases import publishing

Say = Callable[[str], None]


def prepare(*, say: Say) -> None:
    """Make tables, people, drawings and stories; what is there already is left as it is."""
    started = time.monotonic()
    at = timezone.now()
    say("数据库 … preparing the database")
    call_command("migrate", verbosity=0, interactive=False)
    for name in wiring.DEMO_PEOPLE:
        say("组织与人员 … departments, posts and demonstration persons")
        import_string(name)(at=at)
    say("流程与规则 … publishing drawings, decision tables, holidays")
    publishing.deploy(by="nancheng demo", at=at)
    for name in wiring.DEMO_STORIES:
        say(f"业务数据 … telling the story of {name.split('.')[2]}")
        import_string(name)(at=at, say=say)
    say(f"完成 … ready after {time.monotonic() - started:.1f} s")


def directions(address: str) -> Iterator[str]:
    """Yield where to go and who one may be."""
    yield ""
    yield f"  {address}"
    yield ""
    for name in wiring.DEMO_CAST:
        yield from (f"  {line}" for line in import_string(name)())
    yield ""
