"""The API put together: every resource's router, one parser, one way to say no."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.parser import Parser

from nancheng import __version__
from nancheng.api import door, problems, routes
from nancheng.api.resources import (
    absences,
    audit,
    beside,
    closing,
    consulting,
    files,
    funds,
    incidents,
    me,
    messages,
    migrations,
    notices,
    opening,
    payments,
    processes,
    register,
    slips,
    tasks,
)
from nancheng.api.routes import Route
from nancheng.foundation.cases import bindings

# Opening a case shares its address with the list of cases, and so the router.
ROUTERS: tuple[Router, ...] = tuple(
    resource.router
    for resource in (
        *(me, opening, beside, tasks, consulting, slips, closing, incidents, files, messages),
        *(notices, absences, processes, migrations, register, funds, payments, audit),
    )
)


class StrictParser(Parser):
    """Reads a body as JSON, and as nothing that two readers could read differently."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body; names given twice, numbers that are none and depths are refused."""
        text = request.body.decode("utf-8")
        check_depth(text)
        found = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


def check_depth(text: str) -> None:
    """Refuse what is nested deeper than any body of ours, before it is parsed."""
    depth, inside, escaped = 0, False, False
    for one in text if text.count("[") + text.count("{") > door.DEPTH_MAX else "":
        if inside:
            inside = escaped or one != '"'
            escaped = one == "\\" and not escaped
        elif one == '"':
            inside = True
        elif one in "[{":
            depth += 1
            if depth > door.DEPTH_MAX:
                raise ValueError("nested too deeply")
        elif one in "]}":
            depth -= 1


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def build() -> NinjaAPI:
    """Return the API with all its routes."""
    made = NinjaAPI(
        title="Nancheng",
        version=__version__,
        description="The management platform of a development zone: the same rights as its pages.",
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        parser=StrictParser(),
    )
    made.add_exception_handler(Exception, _say_no)
    for known in list(made._exception_handlers):
        made.add_exception_handler(known, _say_no)
    for router in ROUTERS:
        made.add_router("", router)
    return made


def _say_no(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.answer(request, problems.of(error))


api = build()


def all_routes() -> tuple[Route, ...]:
    """Return every route of the API."""
    return routes.declared()


def verbs() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every word that a token may be given, with the calls that it opens."""
    opened = {one.opens for one in bindings.all_bindings().values() if one.opening is not None}
    for verb in sorted({one.verb for one in all_routes() if one.verb} | opened):
        # Opening a kind with a verb of its own takes that word beside the word of the call.
        yield (
            verb,
            tuple(f"{one.method} {one.path}" for one in all_routes() if one.verb == verb)
            or ("POST /cases",),
        )
