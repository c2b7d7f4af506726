"""Handing out an attachment: to whoever may read it, never to be run by the browser."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nancheng.foundation.files import actions, queries, rules, store
from nancheng.foundation.people.guards import identified
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.kernel.refusal import Refused


@require_safe
@identified
def download(request: IdentifiedRequest, attachment_id: int) -> HttpResponse:
    """Answer with the content as a file to save; the reading is logged first."""
    attachment = queries.readable(attachment_id, request.identity)
    if attachment is None:
        raise Http404
    try:
        stream = store.opened(attachment.sha256)
    except FileNotFoundError as error:
        raise Refused("files.content-missing") from error
    actions.record_download(
        attachment.pk,
        by=request.identity,
        at=timezone.now(),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return FileResponse(  # type: ignore[return-value]  # it streams; guards ask for the common case
        stream,
        as_attachment=True,
        filename=attachment.name,
        content_type=rules.MEDIA_TYPES[attachment.kind],
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
@identified
def remove(request: IdentifiedRequest, attachment_id: int) -> HttpResponse:
    """Take away one's own draft."""
    actions.remove(attachment_id, by=request.identity)
    return HttpResponse(status=204)
