"""The description of the API (OpenAPI 3.1): ninja's, with what the door adds to every route."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import Any

from nancheng.api import assembly, problems
from nancheng.api.routes import ROOT
from nancheng.api.shapes import ProblemDetails

ALWAYS = (401, 403, 406, 422, 429, 500, 503)
WITH_ADDRESS = (404,)
WRITING = (400, 404, 409, 413, 415)
TITLES = {
    400: "The request cannot be read.",
    401: "A live token is needed.",
    403: "The identity or its token may not do this.",
    404: "Not there, or beyond sight: nobody can tell which.",
    406: "The format asked for is not to be had.",
    409: "Understood, and not possible as things stand; nothing has changed.",
    413: "The body is too large.",
    415: "The body has another format.",
    422: "The request breaks this description or a rule; each place is named.",
    429: "The token called too often.",
    500: "A failure of ours, with a number that stands in the log.",
    503: "The database does not answer; try again with the same key.",
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the description; the same for everybody, without asking the database."""
    found: dict[str, Any] = copy.deepcopy(dict(assembly.api.get_openapi_schema(path_prefix=ROOT)))
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found.pop("servers", None)
    components = found["components"]
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    components["schemas"]["ProblemDetails"] = ProblemDetails.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    components["schemas"] |= components["schemas"]["ProblemDetails"].pop("$defs", {})
    components["responses"] = {f"Problem{status}": _response(status) for status in TITLES}
    found["security"] = [{"token": []}]
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            _complete(operation, path=path, method=method)
    return found


def _complete(operation: dict[str, Any], *, path: str, method: str) -> None:
    statuses = {
        *ALWAYS,
        *(WITH_ADDRESS if "{" in path else ()),
        *(WRITING if method != "get" else ()),
    }
    operation["responses"] = {str(status): one for status, one in operation["responses"].items()}
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["security"] = [{"token": []}]


def _response(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": TITLES[status], "content": {problems.MEDIA_TYPE: {"schema": schema}}}


def text() -> str:
    """Return the description as the text that is served, and kept as docs/openapi.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
