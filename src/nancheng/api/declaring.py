"""How a resource declares its routes: one line says what a route needs, takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ninja import Router
from ninja.constants import NOT_SET

from nancheng.api import door, routes
from nancheng.api.listing import Listing
from nancheng.api.routes import JSON, Route

View = TypeVar("View", bound=Callable[..., Any])
FORM = "multipart/form-data"
KEY_PARAMETER: Mapping[str, Any] = {
    "name": door.KEY_HEADER,
    "in": "header",
    "required": True,
    "description": "Chosen by the caller, new for each request; the same again answers the same.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": door.KEY_LENGTH_MAX,
        "pattern": "^[!-~]+$",
    },
    "example": "2026-11-28-0001",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a route needs: the word of a token, and whether it is a grant of the identity too."""

    verb: str
    is_granted: bool = True


def reads(
    router: Router,
    path: str,
    *,
    need: Need,
    gives: Any = NOT_SET,
    listing: Listing[Any] | None = None,
    produces: str = JSON,
) -> Callable[[View], View]:
    """Declare a route that reads."""
    extra: dict[str, Any] = {"x-needs": need.verb}
    if listing is not None:
        extra["parameters"] = listing.parameters()
    if produces != JSON:
        extra["responses"] = {200: _content(produces)}

    def decorate(view: View) -> View:
        route = _route("GET", path, need, view, produces=produces)
        router.add_api_operation(
            _pattern(path),
            ["GET"],
            view,
            auth=door.Door(route),
            response=gives,
            operation_id=route.name,
            summary=_summary(view),
            description="",
            openapi_extra=extra,
        )
        return view

    return decorate


def writes(
    router: Router,
    method: str,
    path: str,
    *,
    need: Need,
    gives: Any,
    consumes: str = JSON,
) -> Callable[[View], View]:
    """Declare a route that changes something; ``gives`` maps the one status to its schema."""

    def decorate(view: View) -> View:
        route = _route(method, path, need, view, consumes=consumes)
        router.add_api_operation(
            _pattern(path),
            [method],
            view,
            auth=door.Door(route),
            response=gives,
            operation_id=route.name,
            summary=_summary(view),
            description="",
            openapi_extra={"parameters": [dict(KEY_PARAMETER)], "x-needs": need.verb},
        )
        return view

    return decorate


def _route(method: str, path: str, need: Need, view: Any, **given: str) -> Route:
    module = str(view.__module__).rpartition(".")[2]
    name = f"{module}_{view.__name__}"
    return routes.add(Route(method, path, need.verb, name, is_granted=need.is_granted, **given))


def _pattern(path: str) -> str:
    return path


def _summary(view: Any) -> str:
    """Return the first line of what a view's docstring says."""
    return str(view.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _content(media_type: str) -> dict[str, Any]:
    return {
        "description": "OK",
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
    }
