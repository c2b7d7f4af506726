"""Files: kept as drafts of the caller, handed in with what they prove, read by who may read it."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import FileResponse, HttpResponse
from ninja import File, Form, Router, Schema, UploadedFile

from nancheng.api import declaring, once, reach
from nancheng.api.callers import ApiRequest
from nancheng.api.declaring import FORM, Need
from nancheng.api.shapes import Id, Moment, Number
from nancheng.foundation.cases import queries as cases
from nancheng.foundation.files import actions, queries, store
from nancheng.kernel.refusal import Refused

router = Router(tags=["files"])
VIEW = Need("file.view", is_granted=False)
KEEP = Need("file.keep", is_granted=False)
BINARY = "application/octet-stream"
FILE: Any = File(...)  # type: ignore[type-arg]
PURPOSE: Any = Form("", max_length=40, pattern=r"^[a-z-]*$")  # type: ignore[type-arg]


class Attachment(Schema):
    """A file: what it is, whose, and whether it is a draft."""

    id: Id
    name: str
    kind: str
    size: int
    sha256: str
    purpose: str
    uploaded_by: str
    uploaded_at: Moment
    is_draft: bool
    is_frozen: bool


def told(row: Any) -> dict[str, Any]:
    """Return a file as it is told."""
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "size": row.size,
        "sha256": row.sha256,
        "purpose": row.purpose,
        "uploaded_by": row.uploaded_label,
        "uploaded_at": row.uploaded_at,
        "is_draft": row.case_id is None,
        "is_frozen": row.frozen_at is not None,
    }


@declaring.writes(router, "POST", "/files", need=KEEP, gives={201: Attachment}, consumes=FORM)
def keep(
    request: ApiRequest,
    file: UploadedFile = FILE,
    purpose: str = PURPOSE,
) -> HttpResponse:
    """Keep a file as the caller's draft; its content is checked, not its name."""

    def act(_key: str) -> Attachment:
        caller = request.caller
        made = actions.keep(
            cast("BinaryIO", file),
            name=file.name or "",
            by=caller.actor,
            at=caller.at,
            purpose=purpose,
        )
        return Attachment.model_validate(told(made))

    return once.once(request, request.caller, act, status=201)


@declaring.reads(router, "/files/{attachment_id}", need=VIEW, gives=Attachment)
def file(request: ApiRequest, attachment_id: Id) -> dict[str, Any]:
    """Tell one file."""
    return told(reach.attachment(request.caller, attachment_id))


@declaring.reads(router, "/files/{attachment_id}/content", need=VIEW, produces=BINARY)
def content(request: ApiRequest, attachment_id: Id) -> FileResponse:
    """Hand out a file's content, never to be run by a browser; the reading is logged first."""
    found = reach.attachment(request.caller, attachment_id)
    try:
        stream = store.opened(found.sha256)
    except FileNotFoundError as error:
        raise Refused("files.content-missing") from error
    actions.record_download(
        found.pk,
        by=request.caller.actor,
        at=request.caller.at,
        address=request.META.get("REMOTE_ADDR", ""),
    )
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(
        stream, as_attachment=True, filename=found.name, content_type=BINARY, headers=headers
    )


@declaring.writes(router, "DELETE", "/files/{attachment_id}", need=KEEP, gives={204: None})
def remove(request: ApiRequest, attachment_id: Id) -> HttpResponse:
    """Take away a draft of the caller's."""

    def act(_key: str) -> None:
        reach.attachment(request.caller, attachment_id)
        actions.remove(attachment_id, by=request.caller.actor)

    return once.once(request, request.caller, act, status=204)


@declaring.reads(router, "/cases/{number}/files", need=Need(cases.VIEW), gives=list[Attachment])
def of_case(request: ApiRequest, number: Number) -> list[dict[str, Any]]:
    """Tell the files of a case in the order they came."""
    found = reach.case(request.caller, number)
    return [told(row) for row in queries.of_case(found.pk)]
