"""Who the caller is, and what its token passes on."""

from __future__ import annotations

from ninja import Router, Schema

from nancheng.api import declaring
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import Need
from nancheng.api.shapes import Named

router = Router(tags=["me"])


class Me(Schema):
    """The application, the identity it acts as, and the verbs its token passes on."""

    application: str
    name: str
    post: str
    department: Named
    verbs: dict[str, list[str]]
    token_verbs: list[str]
    kinds: list[str]
    is_read_only: bool


@declaring.reads(router, "/me", need=Need("", is_granted=False), gives=Me)
def me(request: ApiRequest) -> dict[str, object]:
    """Say who the token stands for and what it opens."""
    actor, bearer = request.caller.actor, request.caller.bearer
    return {
        "application": bearer.application_code,
        "name": actor.name,
        "post": actor.post_name,
        "department": {
            "code": actor.department_path.rstrip("/").rpartition("/")[2],
            "name": actor.department_name,
            "name_en": "",
        },
        "verbs": {verb: sorted(map(str, scopes)) for verb, scopes in actor.verbs.items()},
        "token_verbs": sorted(bearer.narrowing.verbs),
        "kinds": sorted(bearer.narrowing.kinds),
        "is_read_only": bearer.narrowing.is_read_only,
    }
