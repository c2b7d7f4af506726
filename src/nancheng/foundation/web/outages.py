"""When the database or the disk cannot be used: which it is, and a page that says what to do.

Nothing was changed: the transaction is gone with whatever failed. The page asks no table, so that
it can be shown whatever else is broken, and speaks both languages, for the language of a person
who cannot be looked up is not known.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from django.db import Error
from django.http import HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RETRY_AFTER_S = 30


class Outage(Enum):
    """What cannot be used."""

    FULL = "full"
    READ_ONLY = "read-only"
    AWAY = "away"
    BUSY = "busy"


TEXTS: Mapping[Outage, str | Promise] = {
    Outage.FULL: _(
        "服务器存储空间已满，刚才的操作没有保存，也没有留下一半的改动。请联系系统管理员清理空间，然后重新提交。"
    ),
    Outage.READ_ONLY: _(
        "系统目前只能查看，不能保存，刚才的操作没有生效。请稍后重试，或联系系统管理员。"
    ),
    Outage.AWAY: _(
        "暂时连接不上数据库，刚才的操作没有保存。系统会自动恢复，请过半分钟重新提交；同一张表单重复提交只会办理一次。"
    ),
    Outage.BUSY: _(
        "系统正忙，刚才的操作没有保存。请稍等片刻重新提交；同一张表单重复提交只会办理一次。"
    ),
}
# SQLite's primary result codes (sqlite.org/rescode.html).
_SQLITE: Mapping[int, Outage] = {
    5: Outage.BUSY,
    6: Outage.BUSY,
    8: Outage.READ_ONLY,
    10: Outage.FULL,  # an I/O error: what a quota or a dying disk gives
    13: Outage.FULL,
    14: Outage.AWAY,
}
# PostgreSQL's SQLSTATE, whole or its class (PostgreSQL documentation, appendix A).
_SQLSTATE: Mapping[str, Outage] = {
    "53100": Outage.FULL,
    "58030": Outage.FULL,
    "25006": Outage.READ_ONLY,
    "40": Outage.BUSY,
    "53": Outage.BUSY,
    "55": Outage.BUSY,
    "57014": Outage.BUSY,  # a statement that took too long
    "08": Outage.AWAY,
    "57": Outage.AWAY,
}
_ERRNO: Mapping[int, Outage] = {
    errno.ENOSPC: Outage.FULL,
    errno.EDQUOT: Outage.FULL,
    errno.EFBIG: Outage.FULL,
    errno.EROFS: Outage.READ_ONLY,
}


def outage(raised: BaseException | None) -> Outage | None:
    """Return which outage an exception comes from; None if it is a fault of ours."""
    for each in _causes(raised):
        if (found := _judge(each)) is not None:
            return found
    return None


def page(found: Outage, *, typed: Iterable[tuple[str, str]] = ()) -> HttpResponse:
    """Answer 503: what happened, that nothing was saved, what to do, in both languages."""
    context = {"texts": _spoken(found), "typed": list(typed)}
    return _answer(loader.render_to_string("web/outage.html", context))


def alert(found: Outage, *, where: str) -> HttpResponse:
    """Answer 503 with an alert alone: the form stays as it is and nothing typed is lost."""
    message = " ".join(text for _language, text in _spoken(found))
    answer = _answer(loader.render_to_string("web/alert.html", {"message": message}))
    for name, value in (("Retarget", where), ("Reswap", "innerHTML"), ("Reselect", ".alert")):
        answer[f"HX-{name}"] = value
    return answer


def _answer(body: str) -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"}
    return HttpResponse(body, status=503, headers=headers)


def _spoken(found: Outage) -> list[tuple[str, str]]:
    spoken = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            spoken.append((language, str(TEXTS[found])))
    return spoken


def _causes(raised: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while raised is not None and id(raised) not in seen:
        seen.add(id(raised))
        yield raised
        raised = raised.__cause__ or raised.__context__


def _judge(raised: BaseException) -> Outage | None:
    code = getattr(raised, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF)
    state = getattr(raised, "sqlstate", None)
    if isinstance(state, str):
        return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])
    if isinstance(raised, Error):
        return None  # Django's wrapper: its cause says more
    if isinstance(raised, OSError):
        return _ERRNO.get(raised.errno or 0)
    # A connection that could not be made or broke has no SQLSTATE; a fault of ours always has one.
    gone = type(raised).__name__ in ("OperationalError", "InterfaceError")
    return Outage.AWAY if gone and hasattr(raised, "sqlstate") else None
