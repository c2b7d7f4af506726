"""One case and one task: what stands there, and the verbs that move it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.foundation.cases import (
    actions,
    bindings,
    definitions,
    desk,
    extensions,
    forms,
    queries,
    spending,
    supplements,
    together,
    troubles,
    worklist,
)
from nancheng.foundation.cases.desk import Desk
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.rules import Verb
from nancheng.foundation.files import queries as files
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.process import bpmn
from nancheng.kernel.refusal import Refused

# After these one goes on at the same task.
STAYING = frozenset({Verb.CLAIM, Verb.GRAB, Verb.EXTEND, Verb.REMIND})


@require_GET
@requires(queries.VIEW)
def case(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Show a case: facts, where it stands on its drawing, who has what, and its history."""
    found = _case(request, number)
    binding = bindings.binding(found.kind)
    now = worklist.today(timezone.now())
    open_tasks = list(queries.open_tasks([found.pk]))
    return pages.render(
        request,
        "cases/case.html",
        {
            "case": found,
            "binding": binding,
            "light": now.light(found.due_on) if found.status == Case.Status.OPEN else "grey",
            "whole": queries.whole_clock(found.pk),
            "shares": spending.shares(found, at=found.closed_at or now.at),
            "tasks": [
                {
                    "task": task,
                    "light": now.light(task.due_on, task.due_at),
                    "mine": _is_mine(task, request),
                }
                for task in open_tasks
            ],
            "incidents": troubles.in_words(queries.incidents(found.pk), found),
            **troubles.of_relatives(found, request.identity),
            "participants": queries.participants(found.pk),
            "links": queries.links(found.pk, request.identity),
            "timeline": desk.timeline(found),
            "verbs": _labelled(desk.case_verbs(found, request.identity)),
            "files": files.of_case(found.pk),
            "together": together.panel(found, request.identity),
            **_panel(binding, found, request.identity),
            **_drawing(found),
        },
    )


@require_GET
@requires(queries.VIEW)
def history(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Show every event of a case, machinery included, with its hash."""
    found = _case(request, number)
    return pages.render(
        request,
        "cases/history.html",
        {"case": found, "timeline": desk.timeline(found, whole=True)},
    )


@require_http_methods(["GET", "POST"])
@requires(queries.VIEW)
def case_verb(request: IdentifiedRequest, number: str, verb: str) -> HttpResponse:
    """Ask for a verb on a whole case, and carry it out."""
    found = _case(request, number)
    if verb not in desk.case_verbs(found, request.identity):
        raise Http404
    act: Mapping[str, Callable[..., None]] = {
        Verb.SUSPEND.value: actions.suspend,
        Verb.RESUME.value: actions.resume,
        Verb.TERMINATE.value: actions.terminate,
    }
    form = forms.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act[verb](
            case_id=found.pk,
            reason=form.cleaned_data["reason"],
            by=request.identity,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        )
        return _done(request, desk.VERB_WORDS[verb], to=found.number)
    return _verb_page(request, form, verb=verb, subject=found)


@require_GET
@identified
def task(request: IdentifiedRequest, task_id: int) -> HttpResponse:
    """Show a task with its form, the verbs open to this identity, and the case's history."""
    at_desk = desk.at_desk(task_id, request.identity)
    task_form = at_desk.form
    if task_form is not None and task_form.page is not None and at_desk.may_complete:
        return redirect(task_form.page(at_desk.case.pk))
    return _task_page(request, at_desk, _blank(at_desk))


@require_http_methods(["GET", "POST"])
@identified
def task_verb(request: IdentifiedRequest, task_id: int, verb: str) -> HttpResponse:
    """Ask for a verb on a task, and carry it out."""
    at_desk = desk.at_desk(task_id, request.identity, shown=request.method == "GET")
    if verb == Verb.COMPLETE.value:
        return _complete(request, at_desk)
    if request.method == "GET" and verb not in at_desk.verbs:
        raise Http404
    form = _verb_form(verb, at_desk, request)
    if request.method == "POST" and form.is_valid():
        try:
            _act(verb, at_desk, form.cleaned_data, request.identity)
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            to = at_desk.task.pk if verb in STAYING else None
            if verb == Verb.EXTEND.value:
                messages.success(request, _("延期申请已提交，待另一人复核后生效。"))
                return redirect("cases:task", task_id=at_desk.task.pk)
            return _done(request, desk.VERB_WORDS[verb], to=to)
    return _verb_page(request, form, verb=verb, subject=at_desk.case, at_desk=at_desk)


def _complete(request: IdentifiedRequest, at_desk: Desk) -> HttpResponse:
    if request.method != "POST":
        raise Http404
    form = _bound(at_desk, request)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "key"}
        try:
            actions.complete(
                task_id=at_desk.task.pk,
                values=values,
                by=request.identity,
                at=timezone.now(),
                key=form.cleaned_data["key"],
                opinion=str(values.get("opinion", "")),
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            return _done(request, _("提交"), to=None)
    return _task_page(request, at_desk, form, status=422)


def _act(verb: str, at_desk: Desk, given: Mapping[str, Any], by: Actor) -> None:
    task_id, at, key = at_desk.task.pk, timezone.now(), given["key"]
    reason = given.get("reason", "")
    if verb in (Verb.CLAIM, Verb.GRAB):
        actions.claim(task_id=task_id, by=by, at=at, key=key)
    elif verb == Verb.RELEASE:
        actions.release(task_id=task_id, by=by, at=at, key=key)
    elif verb == Verb.REMIND:
        actions.remind(task_id=task_id, text=reason, by=by, at=at, key=key)
    elif verb == Verb.TAKE_BACK:
        actions.take_back(task_id=task_id, reason=reason, by=by, at=at, key=key)
    else:
        _act_on(verb, task_id, given, by)


def _act_on(verb: str, task_id: int, given: Mapping[str, Any], by: Actor) -> None:
    """Carry out a verb that asks for more than a reason."""
    asked = {name: given[name] for name in given if name not in ("key",)}
    act: Mapping[str, Callable[..., None]] = {
        Verb.SEND_BACK.value: actions.send_back,
        Verb.TRANSFER.value: actions.transfer,
        Verb.EXTEND.value: extensions.ask,
        Verb.ASK_CORRECTION.value: supplements.ask,
        Verb.TAKE_CORRECTION.value: supplements.receive,
    }
    act[verb](task_id=task_id, by=by, at=timezone.now(), key=given["key"], **asked)


def _verb_form(verb: str, at_desk: Desk, request: IdentifiedRequest) -> django_forms.Form:
    data = request.POST or None
    if verb == Verb.SEND_BACK:
        return forms.SendBack(data, choices=desk.send_back_choices(at_desk))
    if verb == Verb.TRANSFER:
        on = timezone.localdate()
        return forms.Transfer(data, choices=desk.transfer_choices(at_desk, request.identity, on=on))
    plain: Mapping[str, type[django_forms.Form]] = {
        Verb.CLAIM.value: forms.Bare,
        Verb.GRAB.value: forms.Bare,
        Verb.RELEASE.value: forms.Bare,
        Verb.REMIND.value: forms.Remind,
        Verb.EXTEND.value: forms.Extend,
        Verb.ASK_CORRECTION.value: forms.Correction,
        Verb.TAKE_CORRECTION.value: forms.Bare,
        Verb.TAKE_BACK.value: forms.Reason,
    }
    if verb not in plain:
        raise Http404
    return plain[verb](data)


def _blank(at_desk: Desk) -> django_forms.Form | None:
    if not at_desk.may_complete:
        return None
    task_form = at_desk.form
    if task_form is None:
        return forms.Opinion()
    initial = dict(task_form.initial(at_desk.case.pk)) if task_form.initial else None
    return task_form.form(initial=initial)


def _bound(at_desk: Desk, request: IdentifiedRequest) -> django_forms.Form:
    task_form = at_desk.form
    if task_form is None:
        return forms.Opinion(request.POST)
    initial = dict(task_form.initial(at_desk.case.pk)) if task_form.initial else None
    return task_form.form(request.POST, request.FILES or None, initial=initial)


def _task_page(
    request: IdentifiedRequest, at_desk: Desk, form: django_forms.Form | None, *, status: int = 200
) -> HttpResponse:
    now = worklist.today(timezone.now())
    return pages.render(
        request,
        "cases/task.html",
        {
            "desk": at_desk,
            "task": at_desk.task,
            "case": at_desk.case,
            "form": form,
            "key": forms.new_key(),
            "light": now.light(at_desk.task.due_on, at_desk.task.due_at),
            "clock": getattr(at_desk.task, "clock", None),
            "verbs": _labelled(at_desk.verbs),
            "timeline": desk.timeline(at_desk.case),
            "files": files.of_case(at_desk.case.pk),
            "offers": together.offers(at_desk.case, request.identity),
            "together": together.beside(at_desk.case, request.identity),
            **_panel(at_desk.binding, at_desk.case, request.identity),
        },
        status=status,
    )


def _verb_page(
    request: IdentifiedRequest,
    form: django_forms.Form,
    *,
    verb: str,
    subject: Case,
    at_desk: Desk | None = None,
) -> HttpResponse:
    return pages.render(
        request,
        "cases/verb.html",
        {
            "form": form,
            "verb": verb,
            "words": desk.VERB_WORDS[verb],
            "case": subject,
            "desk": at_desk,
        },
        status=422 if form.is_bound else 200,
    )


def _case(request: IdentifiedRequest, number: str) -> Case:
    rows = queries.visible(request.identity, few=True).select_related(
        "process", "department", "opened_by__person"
    )
    return get_object_or_404(rows, number=number)


def _is_mine(task: Any, request: IdentifiedRequest) -> bool:
    return desk.is_holder(task, request.identity)


def _panel(binding: bindings.Binding, case: Case, actor: Actor) -> dict[str, Any]:
    if binding.facts is None:
        return {"panel": "", "facts": {}}
    return {"panel": binding.panel, "facts": binding.facts(case_id=case.pk, actor=actor)}


def _drawing(case: Case) -> dict[str, Any]:
    definition = definitions.definition(case.process_id)
    return {
        "diagram": bpmn.diagram(definition),
        "names": desk.element_names(definition),
        "definition": definition,
        "marks": queries.nodes_by_state(case.pk),
    }


def _labelled(verbs: list[str] | Any) -> list[tuple[str, Any]]:
    return [(verb, desk.VERB_WORDS[verb]) for verb in verbs]


def _done(request: IdentifiedRequest, words: Any, *, to: str | int | None) -> HttpResponse:
    messages.success(request, _("已%(verb)s。") % {"verb": words})
    if isinstance(to, str):
        return redirect("cases:case", number=to)
    return redirect("cases:task", task_id=to) if to else redirect("cases:inbox")
