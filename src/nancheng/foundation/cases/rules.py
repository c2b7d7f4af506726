"""Rules of the case layer: lights, numbers, and which verbs are open at a task."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Light(StrEnum):
    """The colour of a deadline; always shown with words."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"  # no deadline, or done


class Verb(StrEnum):
    """The verbs of office work that a task or case may be open to."""

    CLAIM = "claim"  # 签收
    COMPLETE = "complete"  # 办理
    SEND_BACK = "send-back"  # 退回
    TAKE_BACK = "take-back"  # 撤回
    TRANSFER = "transfer"  # 转办
    ADD_SIGNER = "add-signer"  # 加签
    REMIND = "remind"  # 催办
    EXTEND = "extend"  # 延期
    ASK_CORRECTION = "ask-correction"  # 要求补正
    TAKE_CORRECTION = "take-correction"  # 收到补正
    SUSPEND = "suspend"  # 中止
    RESUME = "resume"  # 恢复
    TERMINATE = "terminate"  # 终止
    RELEASE = "release"  # 退签
    GRAB = "take-from-pool"  # 抢办: the step is a pool


# Open at every task, whatever its drawing says: taking work and doing it.
ALWAYS = frozenset({Verb.CLAIM, Verb.COMPLETE, Verb.RELEASE})


def light(*, due_on: date | None, today: date, warn_to: date) -> Light:
    """Return the colour of a deadline.

    ``warn_to`` is the last due date that is near today: the day the parameter
    "light.warning-days" of working days ahead.
    """
    if due_on is None:
        return Light.GREY
    if due_on < today:
        return Light.RED
    return Light.YELLOW if due_on <= warn_to else Light.GREEN


def number(*, prefix: str, year: int, serial: int) -> str:
    """Return a case number such as "FK-2026-000001"."""
    return f"{prefix}-{year}-{serial:06d}"


def verbs(listed: str) -> frozenset[Verb]:
    """Return the verbs a drawing opens at a step, with those that are always open."""
    known = {verb.value for verb in Verb}
    return ALWAYS | {Verb(word) for word in listed.split() if word in known}
