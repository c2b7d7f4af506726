"""Writes that happen once: the same key with the same request hears the same answer again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from nancheng.api.callers import Caller
from nancheng.api.door import KEY_HEADER
from nancheng.api.problems import Declined
from nancheng.api.routes import JSON
from nancheng.foundation.applications import actions

# What the act gets: the key under which the actions below know it.
Act = Callable[[str], BaseModel | None]
REPLAYED = "Idempotency-Replayed"


def once(request: HttpRequest, caller: Caller, act: Act, *, status: int) -> HttpResponse:
    """Do something and answer, or answer as the first time; the act and its answer stand or fall.

    A refusal keeps nothing: nothing has happened, so the same key may be sent again. The key is
    handed to the actions too, so that what they did stays done once even when this answer is old
    and has been swept.
    """
    given = request.headers[KEY_HEADER]
    mark = fingerprint(request)
    application_id = caller.bearer.application_id
    with transaction.atomic():
        kept, is_new = actions.reserve_answer(
            application_id=application_id, key=given, fingerprint=mark, at=caller.at
        )
        if kept.fingerprint != mark:
            raise Declined(422, "api.key-reused")
        if not is_new:
            return _response(kept.body, kept.status, is_replayed=True)
        made = act(f"api-{actions.digest(f'{application_id}/{given}')[:40]}")
        body = made.model_dump_json() if made is not None else ""
        actions.keep_answer(kept, status=status, body=body)
    return _response(body, status, is_replayed=False)


def fingerprint(request: HttpRequest) -> str:
    """Return what was asked as one digest; the order of a body's members does not matter."""
    parts: list[Any] = [request.method, request.get_full_path()]
    if request.content_type == JSON and request.body:
        parts.append(json.loads(request.body))
    else:
        parts.append(sorted(request.POST.items()))
        parts.append(sorted((name, *_file(each)) for name, each in request.FILES.items()))
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _file(upload: Any) -> tuple[str, str]:
    assert isinstance(upload, UploadedFile)
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return str(upload.name), found.hexdigest()


def _response(body: str, status: int, *, is_replayed: bool) -> HttpResponse:
    headers: Mapping[str, str] = {REPLAYED: "true"} if is_replayed else {}
    return HttpResponse(body, status=status, content_type=JSON, headers=headers)
