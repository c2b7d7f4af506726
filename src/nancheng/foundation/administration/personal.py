"""A copy of a person's data: one asks for it with the purpose, another confirms, then it is taken.

The file is made when it is taken and kept nowhere; each taking is a line of the operations log.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.administration import accounts, forms
from nancheng.foundation.confirmations import actions as confirmations
from nancheng.foundation.confirmations import queries as confirmed
from nancheng.foundation.confirmations.actions import Wish
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.journal import actions as journal
from nancheng.foundation.journal.actions import Happening
from nancheng.foundation.people import personal
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.models import Person

CODE = "people.personal-data"


@require_http_methods(accounts.SHOWING)
@requires(accounts.VERB)
def ask(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Ask for a copy of a person's data, with the purpose; the security administrator confirms."""
    person = accounts.person_of(username)
    form = forms.Why(request.POST or None, initial={"key": uuid.uuid4().hex})
    form.fields["reason"].label = _("用途")
    if request.method == "POST" and form.is_valid():
        confirmations.ask(
            Wish(
                CODE,
                f"{person.name}（{person.username}）",
                form.cleaned_data["reason"],
                {"person_id": person.pk, "username": person.username, "name": person.name},
            ),
            by=request.identity,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        )
        return accounts.asked(request, username)
    hint = _(
        "本人申请查阅、复制个人信息时使用；复核通过后7日内由您下载并交给本人，每次下载均记入操作日志。"
    )
    return accounts.form_page(request, person, form, title=_("导出个人信息"), hint=hint)


@require_safe
@requires(accounts.VERB)
def take(request: IdentifiedRequest, username: str) -> HttpResponse:
    """Give the copy to who asked for it, while the confirmation is fresh; as if it were nowhere
    to everybody else.
    """
    person, at = accounts.person_of(username), timezone.now()
    row = ready(person, by=request.identity.person_id, at=at)
    if row is None:
        raise Http404
    actor = request.identity
    journal.record(
        Happening(
            "personal-data-taken",
            person_id=actor.person_id,
            label=actor.label,
            subject=row.subject,
            detail=f"#{row.pk} {row.reason}",
            address=request.META.get("REMOTE_ADDR", ""),
        ),
        at=at,
    )
    told = {"person": person.username, "made_at": at, "purpose": row.reason}
    answer = JsonResponse(
        {**told, **personal.copy(person.pk)},
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    answer["Content-Disposition"] = f'attachment; filename="{person.username}-data.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def ready(person: Person, *, by: int, at: datetime) -> Confirmation | None:
    """Return the confirmation under which somebody may take a person's copy now."""
    return confirmed.carried_out(
        CODE, asked_person=by, since=at - accounts.COPY_AGE, person_id=person.pk
    )
