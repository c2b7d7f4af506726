"""How the API says no: problem details (RFC 9457), never more than the caller may know."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja.errors import HttpError, ValidationError

from nancheng.api import wording
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# The namespace of the "type" member; the rest is the code of the rule that said no.
NAMESPACE = "urn:nancheng:problem:"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: a JSON pointer into the body, or a parameter."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    code: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the members that say something."""
        members = {"detail": self.detail, "code": self.code, "parameter": self.parameter}
        shown = {name: value for name, value in members.items() if value}
        return shown | ({} if self.parameter else {"pointer": self.pointer})


@dataclass(frozen=True, slots=True)
class Problem:
    """One no as it is sent."""

    status: int
    code: str
    detail: str
    figures: Mapping[str, object] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the members of RFC 9457, with ours beside them."""
        body: dict[str, Any] = {
            "type": NAMESPACE + self.code,
            "title": str(wording.TITLES[self.status]),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.figures:
            body["figures"] = dict(self.figures)
        if self.faults:
            body["errors"] = [fault.as_json() for fault in self.faults]
        return body


class Declined(Exception):  # noqa: N818 -- a no is an answer, not an error
    """A request that the API itself turns away, with the status to say it with."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **figures: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.refused = Refused(code, **figures)
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return a problem as a response; no cache keeps it."""
    response = JsonResponse(
        problem.as_json(),
        status=problem.status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "private, no-store"
    return response


def of(error: Exception) -> Problem:
    """Return what an exception means to the caller; what we did not foresee is a failure."""
    for kind, made in MEANINGS:
        if isinstance(error, kind):
            return made(error)
    return _failure(error)


def _declined(error: Any) -> Problem:
    return Problem(
        error.status,
        error.refused.code,
        refusals.text(error.refused),
        figures=_plain(error.refused.figures),
        faults=error.faults,
        headers=error.headers,
    )


def _refused(error: Any) -> Problem:
    blamed = error.figures.get("faults") if "faults" in error.figures else None
    each = [one for one in blamed or () if isinstance(one, Refused)]
    faults = [_fault(one) for one in each or ([error] if error.field else [])]
    return Problem(
        _status(error, has_faults=bool(faults)),
        error.code,
        refusals.text(error),
        figures=_plain(error.figures),
        faults=tuple(faults),
    )


def renamed(refused: Refused, names: Mapping[str, str]) -> Refused:
    """Return a refusal that blames the fields by what they are called in the API."""
    figures = dict(refused.figures)
    blamed = figures.get("faults")
    if isinstance(blamed, tuple):
        figures["faults"] = tuple(
            renamed(one, names) if isinstance(one, Refused) else one for one in blamed
        )
    made = Refused(refused.code, field=names.get(refused.field, refused.field))
    made.figures = figures
    return made


def _status(refused: Refused, *, has_faults: bool) -> int:
    if refused.code.endswith(refusals.FORBIDDEN):
        return 403
    if has_faults:
        return 422
    rule = refused.code.rpartition(".")[2]
    return 404 if rule.startswith(("no-such-", "unknown-")) else 409


def _fault(refused: Refused) -> Fault:
    pointer = f"/{refused.field}" if refused.field else ""
    return Fault(refusals.text(refused), pointer=pointer, code=refused.code)


def _missing(_error: Any) -> Problem:
    return Problem(404, "api.not-found", str(wording.text("api.not-found")))


def _invalid(error: Any) -> Problem:
    faults = tuple(of_field(one) for one in error.errors)
    return invalid(faults)


def invalid(faults: Iterable[Fault]) -> Problem:
    """Return the answer to a request that breaks its description in these places."""
    found = tuple(faults)
    text = refusals.text(Refused("api.invalid", count=len(found)))
    return Problem(422, "api.invalid", text, faults=found)


def of_field(error: Mapping[str, Any]) -> Fault:
    """Return what is wrong with one field, and where it is."""
    place, *path = error.get("loc", ("body",))
    detail = wording.of_field(error)
    if place in {"query", "path", "header", "cookie"}:
        return Fault(detail, parameter=str(path[-1]) if path else place)
    # The first step is the name of the parameter that holds the body, which is ours alone.
    inside = path[1:] if place == "body" else path
    return Fault(detail, pointer="".join(f"/{escaped(step)}" for step in inside))


def escaped(step: object) -> str:
    """Return one step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")


def _unreadable(_error: Any) -> Problem:
    return Problem(400, "api.bad-body", str(wording.text("api.bad-body")))


def _http(error: Any) -> Problem:
    if error.status_code == 400:
        return _unreadable(error)
    if error.status_code == 404:
        return _missing(error)
    return _failure(error)


def _too_big(_error: Any) -> Problem:
    from django.conf import settings

    refused = Refused("api.too-large", most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return Problem(413, refused.code, refusals.text(refused), figures=refused.figures)


def _unavailable(error: Any) -> Problem:
    logger.exception("the database does not answer", exc_info=error)
    text = str(wording.text("api.unavailable"))
    return Problem(503, "api.unavailable", text, headers={"Retry-After": "5"})


def _failure(error: Exception) -> Problem:
    reference = secrets.token_hex(4).upper()
    logger.error("failure %s of the API", reference, exc_info=error)
    refused = Refused("api.failure", reference=reference)
    return Problem(500, refused.code, refusals.text(refused), figures=refused.figures)


MEANINGS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Declined, _declined),
    (Refused, _refused),
    (Http404, _missing),
    (ValidationError, _invalid),
    (RequestDataTooBig, _too_big),
    (BadRequest, _unreadable),
    (SuspiciousOperation, _unreadable),
    (HttpError, _http),
    (OperationalError, _unavailable),
)


def _plain(figures: Mapping[str, object]) -> dict[str, object]:
    """Return the figures of a refusal as JSON can say them; what it cannot is left out."""
    shown: dict[str, object] = {}
    for name, value in figures.items():
        if isinstance(value, date):
            shown[name] = value.isoformat()
        elif value is None or isinstance(value, str | int | float):
            shown[name] = value
        elif isinstance(value, tuple | list | set | frozenset):
            words = [one for one in value if isinstance(one, str | int)]
            shown |= {name: words} if words else {}
    return shown
