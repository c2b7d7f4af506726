"""How a no reaches the person: pages that say what was refused, why, and where to go on."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.util import find_spec

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nancheng.foundation.web import figures, outages, pages, shell, wording
from nancheng.kernel.refusal import Refused

logger = logging.getLogger(__name__)

# Refusals about rights; every other refusal is a conflict with the state of things.
FORBIDDEN = ("not-allowed", "no-identity")
OWN: Mapping[str, str | Promise] = {
    "web.too-many-rows": gettext_lazy(
        "符合条件的记录超过 Excel 的上限（%(limit)s 行），请先筛选，或导出 CSV。"
    ),
}
# Never shown again, not even to the one who typed it.
SECRET_FIELDS = ("csrfmiddlewaretoken", "password", "old", "new", "again")


def explain(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Turn ``Refused`` into a page or a fragment, and let a redirect move the whole window."""

    def handle(request: HttpRequest) -> HttpResponse:
        return _whole_window(request, get_response(request))

    handle.process_exception = refuse  # type: ignore[attr-defined]
    return handle


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Answer a refusal with 403 or 409; anything else is not ours."""
    if not isinstance(exception, Refused):
        return None
    status = 403 if exception.code.endswith(FORBIDDEN) else 409
    message = text(exception)
    if request.headers.get("HX-Request") and request.method != "GET":
        return _alert(request, message, status=status)
    typed = _typed(request)
    title = _("没有权限") if status == 403 else _("未能办理")
    return _page(request, title, message, status=status, typed=typed, code=exception.code)


def text(refused: Refused) -> str:
    """Return the translated message of a refusal with its figures filled in."""
    message = registry().get(refused.code)
    shown = {name: _figure(name, value) for name, value in refused.figures.items()}
    try:
        if message is not None:
            return str(message) % shown
    except (KeyError, ValueError, TypeError):
        logger.exception("refusal message does not fit its figures: %s", refused)
    else:
        logger.error("refusal without a message: %s", refused)
    return _("此操作不符合办理规则，未作任何改动（%(code)s）。") % {"code": refused.code}


def beside(form: Form, refused: Refused, *, otherwise: str | None = None) -> None:
    """Say a refusal beside the field it blames; else beside another, or above the form."""
    field = refused.field if refused.field in form.fields else otherwise
    form.add_error(field, text(refused))


@lru_cache(maxsize=1)
def registry() -> Mapping[str, str | Promise]:
    """Return every app's refusal messages by code."""
    messages = dict(OWN)
    for dotted in getattr(settings, "REFUSALS", ()):
        if find_spec(dotted.rpartition(".")[0].rpartition(".")[0]) and find_spec(
            dotted.rpartition(".")[0]
        ):
            messages |= import_string(dotted)
    return messages


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _page(
        request, _("请求无法识别"), _("地址或提交的内容不完整，请返回后重试。"), status=400
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 without saying what lies behind it."""
    return _page(request, _("没有权限"), _("您当前的身份不能使用此功能。"), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404; what is out of reach looks exactly like what does not exist."""
    return _page(
        request,
        _("没有找到"),
        _("您要找的内容不存在，或者不在您的权限范围内。"),
        status=404,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    logger.warning("form token refused: %s", reason)
    message = _("页面停留时间过长或浏览器未启用 Cookie，请返回上一页刷新后重新提交。")
    return _page(request, _("表单已过期"), message, status=403, typed=_typed(request))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when database or disk cannot be used; else 500, with a number for the log.

    Django asks for this page while it handles what was raised; of that nothing is shown.
    """
    if (found := outages.outage(sys.exc_info()[1])) is not None:
        logger.error("cannot be used (%s) at %s", found.value, request.path)
        if request.headers.get("HX-Request") and request.method != "GET":
            return outages.alert(found, where=_alert_place(request))
        return outages.page(found, typed=_typed(request))
    reference = secrets.token_hex(4).upper()
    logger.error("server error %s at %s", reference, request.path)
    # No context processors: whatever broke the page must not break this one.
    body = loader.render_to_string("web/failure.html", {"reference": reference})
    return HttpResponse(body, status=500)


def _whole_window(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not request.headers.get("HX-Request") or response.status_code not in {301, 302, 303}:
        return response
    moved = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    moved.cookies = response.cookies
    return moved


def _alert(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    # The form stays as it is, so nothing that was typed is lost; only the alert is exchanged.
    body = loader.render_to_string("web/alert.html", {"message": message}, request)
    return HttpResponse(
        body,
        status=status,
        headers={
            "HX-Retarget": _alert_place(request),
            "HX-Reswap": "innerHTML",
            "HX-Reselect": ".alert",
        },
    )


def _alert_place(request: HttpRequest) -> str:
    return "#drawer-alert" if shell.is_drawer(request) else "#page-alert"


def _page(
    request: HttpRequest,
    title: str,
    message: str,
    *,
    status: int,
    typed: Iterable[tuple[str, str]] = (),
    code: str = "",
) -> HttpResponse:
    context = {
        "title": title,
        "message": message,
        "status": status,
        "typed": list(typed),
        "code": code,
    }
    return pages.render(request, "web/refusal.html", context, status=status)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS and "password" not in name
        for value in values
        if value.strip()
    ]


def _figure(name: str, value: object) -> object:
    if name.endswith("_fen") and isinstance(value, int):
        return figures.money(value)
    if name == "who" and isinstance(value, str):
        return wording.label(value)
    if isinstance(value, datetime):
        return figures.moment(value)
    if isinstance(value, date):
        return figures.day(value)
    if isinstance(value, tuple | list | set | frozenset):
        return "、".join(text(each) if isinstance(each, Refused) else str(each) for each in value)
    return value
