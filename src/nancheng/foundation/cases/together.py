"""What others ask of an actor beside the drawing, and what a case page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nancheng.foundation.cases import queries, receivers
from nancheng.foundation.cases.archive import queries as archive
from nancheng.foundation.cases.circulation import queries as circulation
from nancheng.foundation.cases.models import Archive, Case, CaseReader, Opinion, Receipt, Slip
from nancheng.foundation.cases.opinions import queries as opinions
from nancheng.foundation.cases.reopening import queries as reopening
from nancheng.foundation.cases.signing import queries as signing
from nancheng.foundation.cases.supervision import queries as slips
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody asks of an actor."""

    kind: str
    number: str
    title: str
    text: str
    sender: str
    at: datetime
    due_on: date | None
    href: str


def waiting_rows(actor: Actor) -> QuerySet[CaseReader]:
    """Return what waits for an actor: opinions to give, copies to read, slips to reply to."""
    read = Receipt.objects.filter(
        circulation_id=OuterRef("circulation__id"), identity_id=actor.identity_id
    )
    asked = Q(opinion__state=Opinion.State.ASKED) & ~Q(opinion__asked_by__person_id=actor.person_id)
    sent = Q(circulation__isnull=False, circulation__revoked_at__isnull=True) & ~Exists(read)
    demanded = Q(slip__state=Slip.State.ISSUED)
    found = CaseReader.objects.filter(
        receivers.named(actor), asked | sent | demanded, ended_at__isnull=True
    )
    return found if rights.may(actor, queries.VIEW) else found.none()


def waiting(actor: Actor, *, at: datetime) -> int:
    """Return how much waits for an actor beside its tasks; the count in the menu. One."""
    return waiting_rows(actor).count()


_VALUES = (
    "id",
    "given_at",
    "case__number",
    "case__title",
    "opinion__id",
    "opinion__question",
    "opinion__asked_label",
    "opinion__due_on",
    "circulation__id",
    "circulation__words",
    "circulation__sent_label",
    "slip__id",
    "slip__demand",
    "slip__issued_label",
    "slip__reply_by",
)


def lines(found: Iterable[CaseReader]) -> list[Line]:
    """Return the lines of a page of what waits, in its order. One statement."""
    ids = [one.pk for one in found]
    rows = {row["id"]: row for row in CaseReader.objects.filter(pk__in=ids).values(*_VALUES)}
    return [_line(rows[pk]) for pk in ids if pk in rows]


def _line(row: dict[str, Any]) -> Line:
    number, title, at = row["case__number"], row["case__title"], row["given_at"]
    if row["opinion__id"]:
        return Line(
            _("征求意见"),
            number,
            title,
            row["opinion__question"],
            row["opinion__asked_label"],
            at,
            row["opinion__due_on"],
            reverse("cases:opinion", args=[row["opinion__id"]]),
        )
    if row["slip__id"]:
        return Line(
            _("督办"),
            number,
            title,
            row["slip__demand"],
            row["slip__issued_label"],
            at,
            row["slip__reply_by"],
            reverse("cases:slip", args=[row["slip__id"]]),
        )
    return Line(
        _("传阅"),
        number,
        title,
        row["circulation__words"],
        row["circulation__sent_label"],
        at,
        None,
        reverse("cases:circulation", args=[row["circulation__id"]]),
    )


def offers(case: Case, actor: Actor) -> Sequence[tuple[str, str]]:
    """Return (words, address) of the verbs beside the drawing that an actor may use on a case."""
    found = []
    if opinions.may_ask(actor, case):
        found.append((_("征求意见"), reverse("cases:ask", args=[case.number])))
    if circulation.may_circulate(actor, case):
        found.append((_("传阅"), reverse("cases:circulate", args=[case.number])))
    if slips.may_issue(actor, case):
        found.append((_("督办"), reverse("cases:supervise", args=[case.number])))
    if archive.may_archive(actor, case):
        found.append((_("归档"), reverse("cases:archive", args=[case.number])))
    if reopening.may_ask(actor, case):
        found.append((_("申请重开"), reverse("cases:reopen", args=[case.number])))
    return found


def beside(case: Case, actor: Actor) -> dict[str, Any]:
    """Return what stands beside a task's form: what was asked, demanded and signed."""
    return {
        "opinions": opinions.of_case(case.pk),
        "signings": signing.of_case(case, actor),
        "circulations": [],
        "slips": slips.of_case(case.pk),
        "archive": None,
        "reopenings": [],
    }


def panel(case: Case, actor: Actor) -> dict[str, Any]:
    """Return what a case's page shows of the verbs beside the drawing."""
    return {
        "offers": offers(case, actor),
        "opinions": opinions.of_case(case.pk),
        "circulations": circulation.of_case(case.pk),
        "slips": slips.of_case(case.pk),
        "signings": signing.of_case(case, actor),
        "archive": Archive.objects.filter(case_id=case.pk).first() if case.archived_at else None,
        "reopenings": reopening.of_case(case.pk) if case.status in archive.OVER else [],
    }
