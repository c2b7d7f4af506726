"""Pages of one project and one organisation; forms that lose nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.register import (
    actions,
    answers,
    forms,
    offers,
    panels,
    queries,
    rules,
    wording,
)
from nancheng.foundation.register.models import Organisation, Project
from nancheng.foundation.register.rules import MilestoneFacts, Stage
from nancheng.foundation.web import pages
from nancheng.foundation.web import wording as words

EDITING = ["GET", "HEAD", "POST"]


@require_safe
@requires("register.project.view")
def project(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Show a project: facts, road, milestones, other apps' panels, changes."""
    found = _project(request, number)
    today = timezone.localdate()
    entered = list(queries.stages(found.pk))
    steps = queries.steps(found.pk, on=today)
    context = {
        "project": found,
        "tone": wording.stage_tone(found),
        "road": wording.road(found, entered),
        "entered": entered,
        "steps": [(step, *wording.light(step)) for step in steps],
        "missing": _missing(found, {step.code for step in steps}),
        "panels": panels.of(found, request.identity),
        "history": wording.history(queries.changes(found)),
        "may_edit": queries.may_edit_project(found, request.identity),
        "may_move": bool(rules.moves(Stage(found.stage))),
    }
    return pages.render(request, "register/project.html", context)


@require_http_methods(EDITING)
@requires("register.project.edit")
def new_project(request: IdentifiedRequest) -> HttpResponse:
    """Register a project."""
    offered = offers.for_project(request.identity)
    form = forms.ProjectForm(request.POST or None, offered=offered)

    def register() -> Project:
        return actions.register_project(
            form.facts(),
            by=request.identity,
            at=timezone.now(),
            key=_key(request, form.cleaned_data["key"]),
        )

    made = answers.submitted(request, form, register)
    if isinstance(made, Project):
        messages.success(request, _("已登记项目 %(number)s。") % {"number": made.number})
        return redirect("register:project", made.number)
    return answers.form_page(request, form, title=_("登记项目"), units=offered.units)


@require_http_methods(EDITING)
@requires("register.project.edit")
def edit_project(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Change a project's facts."""
    found = _project_to_edit(request, number)
    offered = offers.for_project(request.identity)
    form = forms.ProjectForm(request.POST or None, offered=offered, entry=found)

    def edit() -> Project:
        return actions.edit_project(
            found.pk,
            facts=form.facts(),
            version=form.cleaned_data["version"],
            by=request.identity,
            at=timezone.now(),
        )

    made = answers.submitted(request, form, edit)
    if made is not None:
        messages.success(request, _("已保存。"))
        return redirect("register:project", found.number)
    title = _("修改项目 %(number)s") % {"number": found.number}
    return answers.form_page(request, form, title=title, units=offered.units)


@require_http_methods(EDITING)
@requires("register.project.edit")
def move_project(request: IdentifiedRequest, number: str) -> HttpResponse:
    """Move a project to another stage."""
    found = _project_to_edit(request, number)
    form = forms.StageForm(request.POST or None, project=found, on=timezone.localdate())

    def move() -> Project:
        return actions.move_project(
            found.pk,
            stage=Stage(form.cleaned_data["stage"]),
            entered_on=form.cleaned_data["entered_on"],
            note=form.cleaned_data["note"],
            by=request.identity,
            at=timezone.now(),
        )

    if answers.submitted(request, form, move) is not None:
        messages.success(request, _("已转入新的阶段。"))
        return redirect("register:project", found.number)
    title = _("调整阶段：%(name)s") % {"name": words.named(found)}
    return answers.form_page(request, form, title=title)


@require_http_methods(EDITING)
@requires("register.project.edit")
def milestone(request: IdentifiedRequest, number: str, code: str) -> HttpResponse:
    """Plan a milestone, or note that it is done."""
    found = _project_to_edit(request, number)
    known = _milestone(found, code)
    initial = {name: getattr(known, name) for name in forms.MilestoneForm.base_fields}
    form = forms.MilestoneForm(request.POST or None, initial=initial)

    def put() -> object:
        return actions.put_milestone(
            found.pk, facts=form.facts(known), by=request.identity, at=timezone.now()
        )

    if answers.submitted(request, form, put) is not None:
        messages.success(request, _("已保存。"))
        return redirect("register:project", found.number)
    title = _("节点：%(name)s") % {"name": words.named(known)}
    return answers.form_page(request, form, title=title)


@require_safe
@requires("register.organisation.view")
def organisation(request: IdentifiedRequest, uscc: str) -> HttpResponse:
    """Show an organisation and those of its projects that are within reach."""
    found = queries.organisation(uscc, request.identity)
    if found is None:
        raise Http404
    context = {
        "organisation": found,
        "projects": queries.projects(request.identity).filter(unit=found).order_by("number"),
        "history": wording.history(queries.changes(found)),
        "may_edit": queries.may_edit_organisation(found, request.identity),
    }
    return pages.render(request, "register/organisation.html", context)


@require_http_methods(EDITING)
@requires("register.organisation.edit")
def new_organisation(request: IdentifiedRequest) -> HttpResponse:
    """Register an organisation."""
    form = forms.OrganisationForm(request.POST or None)

    def register() -> Organisation:
        return actions.register_organisation(form.facts(), by=request.identity, at=timezone.now())

    made = answers.submitted(request, form, register)
    if isinstance(made, Organisation):
        messages.success(request, _("已登记单位。"))
        return redirect("register:organisation", made.uscc)
    return answers.form_page(request, form, title=_("登记单位"))


@require_http_methods(EDITING)
@requires("register.organisation.edit")
def edit_organisation(request: IdentifiedRequest, uscc: str) -> HttpResponse:
    """Change an organisation's facts."""
    found = queries.organisation(uscc, request.identity)
    if found is None or not queries.may_edit_organisation(found, request.identity):
        raise Http404
    form = forms.OrganisationForm(request.POST or None, entry=found)

    def edit() -> Organisation:
        return actions.edit_organisation(
            found.pk,
            facts=form.facts(),
            version=form.cleaned_data["version"],
            by=request.identity,
            at=timezone.now(),
        )

    made = answers.submitted(request, form, edit)
    if isinstance(made, Organisation):
        messages.success(request, _("已保存。"))
        return redirect("register:organisation", made.uscc)
    return answers.form_page(request, form, title=_("修改单位"))


def _project(request: IdentifiedRequest, number: str) -> Project:
    found = queries.project(number, request.identity)
    if found is None:
        raise Http404
    return found


def _project_to_edit(request: IdentifiedRequest, number: str) -> Project:
    found = _project(request, number)
    if not queries.may_edit_project(found, request.identity):
        raise Http404
    return found


def _milestone(found: Project, code: str) -> MilestoneFacts:
    known = queries.milestone(found.pk, code)
    if known is not None:
        return known
    if code not in rules.TENANT_MILESTONES:
        raise Http404
    name, name_en = wording.MILESTONES[code]
    return MilestoneFacts(code, name, name_en, rules.TENANT_MILESTONES.index(code) + 1)


def _missing(found: Project, present: set[str]) -> list[tuple[str, str]]:
    """Return the usual milestones that a project in a park has not planned yet."""
    if found.place_id is None:
        return []
    return [
        (code, wording.milestone_name(code))
        for code in rules.TENANT_MILESTONES
        if code not in present
    ]


def _key(request: IdentifiedRequest, typed: str) -> str:
    # Of this person alone: another's key, guessed or copied, must not lead to another's project.
    return f"{request.identity.person_id}:{typed}"[:64] if typed else ""
