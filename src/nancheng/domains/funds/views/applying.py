"""The application for a payment: contract beside the form, checks on the server, nothing lost."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.domains.funds import forms
from nancheng.domains.funds.actions import payments as actions
from nancheng.domains.funds.models import Payment
from nancheng.domains.funds.queries import examination, payments, reach, standing, wording
from nancheng.domains.funds.queries.payments import Offer
from nancheng.domains.funds.refusals import PAPERS
from nancheng.domains.funds.rules.facts import Application
from nancheng.foundation.files import actions as file_actions
from nancheng.foundation.files import queries as files
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import figures, pages, refusals
from nancheng.foundation.web import wording as words
from nancheng.kernel.refusal import Refused


@require_GET
@requires(reach.APPLY)
def sources(request: IdentifiedRequest) -> HttpResponse:
    """Choose the contract to be paid."""
    found = payments.contracts_to_pay(request.identity)
    return pages.render(request, "funds/sources.html", {"contracts": found})


@require_http_methods(["GET", "POST"])
@requires(reach.APPLY)
def apply(request: IdentifiedRequest, contract_id: int) -> HttpResponse:
    """Ask for a payment under a contract."""
    offer = payments.offer(contract_id, request.identity)
    if offer is None:
        raise Http404
    return _page(request, offer, None)


@require_http_methods(["GET", "POST"])
@requires(reach.APPLY)
def again(request: IdentifiedRequest, case_id: int) -> HttpResponse:
    """Change an application that came back, and hand it in again."""
    payment = payments.returned(case_id, request.identity)
    offer = payments.offer(payment.contract_id, request.identity) if payment else None
    if payment is None or offer is None:
        raise Http404
    return _page(request, offer, payment)


def _page(request: IdentifiedRequest, offer: Offer, payment: Payment | None) -> HttpResponse:
    if request.method != "POST":
        return _render(request, offer, payment, _form(offer, initial=_initial(offer, payment)))
    form = _form(offer, data=request.POST, files=request.FILES)
    form.full_clean()
    kept = _keep_papers(request, form)
    if form.is_valid():
        application = _application(offer, form.cleaned_data, kept, payment)
        if "check" in request.POST:
            return _render(request, offer, payment, form, kept=kept, application=application)
        try:
            made = _hand_in(request, application, form.cleaned_data, payment)
        except Refused as refused:
            _blame(form, refused)
        else:
            messages.success(
                request, _("用款申请 %(number)s 已提交。") % {"number": made.case.number}
            )
            return redirect("cases:case", number=made.case.number)
    return _render(request, offer, payment, form, kept=kept)


def _form(offer: Offer, **given: Any) -> forms.Apply:
    return forms.Apply(
        given.get("data"),
        given.get("files"),
        initial=given.get("initial"),
        allocations=[
            (
                one.allocation.pk,
                _("%(bond)s（可用 %(wan)s 万元）")
                % {
                    "bond": words.named(one.allocation.bond),
                    "wan": figures.wan(one.money.available_fen),
                },
            )
            for one in offer.sources
        ],
        items=[(item.pk, words.named(item)) for item in offer.items],
    )


def _initial(offer: Offer, payment: Payment | None) -> dict[str, Any]:
    if payment is None:
        return {
            "cost_item": offer.contract.cost_item_id,
            "account": offer.contract.payee_account,
        }
    application = standing.application_of(payment)
    return {
        "allocation": application.allocation_id,
        "cost_item": application.cost_item_id,
        "amount": figures.money(application.amount_fen),
        "progress": application.progress_permille / 10,
        "to_wage_account": application.to_wage_account,
        "account": application.payee_account,
        "purpose": application.purpose,
        "invoices": "\n".join(
            f"{one.number} {figures.money(one.amount_fen)}" for one in application.invoices
        ),
        "version": payment.version,
    }


def _keep_papers(request: IdentifiedRequest, form: forms.Apply) -> list[Any]:
    """Keep what was uploaded as drafts, so that a wrong field elsewhere does not lose it."""
    asked = request.POST.get("drafts", "").split(",")
    ids = [int(one) for one in asked if one.isascii() and one.isdigit()][:40]
    kept = files.drafts(ids, request.identity)
    for kind in PAPERS:
        upload = request.FILES.get(f"paper_{kind}")
        if upload is None:
            continue
        try:
            kept.append(
                file_actions.keep(
                    cast("BinaryIO", upload),
                    name=upload.name or "",
                    by=request.identity,
                    at=timezone.now(),
                    purpose=kind,
                )
            )
        except Refused as refused:
            form.add_error(f"paper_{kind}", refusals.text(refused))
    return kept


def _application(
    offer: Offer, given: dict[str, Any], kept: list[Any], payment: Payment | None
) -> Application:
    handed_in = set(payment.papers.split()) if payment else set()
    return Application(
        allocation_id=given["allocation"],
        contract_id=offer.contract.pk,
        cost_item_id=given["cost_item"],
        amount_fen=given["amount"],
        payee_account=given["account"],
        to_wage_account=given["to_wage_account"],
        purpose=given["purpose"],
        progress_permille=given["progress"],
        invoices=given["invoices"],
        papers=frozenset({one.purpose for one in kept} | handed_in),
        attachment_ids=tuple(one.pk for one in kept),
    )


def _hand_in(
    request: IdentifiedRequest,
    application: Application,
    given: dict[str, Any],
    payment: Payment | None,
) -> Payment:
    at, key = timezone.now(), given["key"]
    if payment is None:
        return actions.apply(application, by=request.identity, at=at, key=key)
    return actions.apply_again(
        payment.pk,
        application=application,
        version=given["version"] or 0,
        by=request.identity,
        at=at,
        key=key,
    )


def _blame(form: forms.Apply, refused: Refused) -> None:
    """Say each fault beside the field it blames."""
    faults = refused.figures.get("faults", (refused,))
    assert isinstance(faults, tuple), refused
    for fault in faults:
        if "papers" in fault.figures:
            for paper in fault.figures["papers"]:
                form.add_error(f"paper_{paper}", _("请上传此材料。"))
        else:
            field = fault.field if fault.field in form.fields else None
            form.add_error(field, wording.refusal(fault))


def _render(
    request: IdentifiedRequest,
    offer: Offer,
    payment: Payment | None,
    form: forms.Apply,
    *,
    kept: list[Any] | None = None,
    application: Application | None = None,
) -> HttpResponse:
    examined = (
        examination.examine(application, at=timezone.now(), payment=payment)
        if application
        else None
    )
    kept = kept or []
    context = {
        "form": form,
        "offer": offer,
        "contract": offer.contract,
        "payment": payment,
        "kept": [(PAPERS.get(one.purpose, one.purpose), one) for one in kept],
        "drafts": ",".join(str(one.pk) for one in kept),
        "examined": examined,
        "faults": [wording.refusal(fault) for fault in examined.faults] if examined else [],
        "flags": [wording.flag(flag.code, flag.figures) for flag in examined.flags]
        if examined
        else [],
    }
    status = 422 if form.is_bound and examined is None else 200
    return pages.render(request, "funds/apply.html", context, status=status)
