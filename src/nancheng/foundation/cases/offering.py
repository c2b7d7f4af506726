"""Opening a case by form, whatever its kind: who may, what is asked, and how it begins.

Pages and API open cases here alike. A kind is offered when its binding has a form to open it with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import actions, bindings, openings, queries
from nancheng.foundation.cases.actions import Opening
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.models import Case
from nancheng.foundation.cases.papers import Papers
from nancheng.foundation.files import actions as files
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web.whole import whole
from nancheng.kernel.refusal import Refused

PURPOSE = "opening/papers"


class Heading(Papers):
    """What is asked of whoever opens a case of any kind, beside the form of the kind."""

    title = forms.CharField(label=_("标题"), max_length=openings.TITLE_MAX)


def offered(actor: Actor) -> list[Binding]:
    """Return the kinds that an actor may open by form. One statement."""
    published = queries.published_kinds()
    found = bindings.all_bindings()
    return [found[kind] for kind in sorted(published & set(found)) if _may(actor, found[kind])]


def _may(actor: Actor, binding: Binding) -> bool:
    return binding.opening is not None and rights.may(actor, binding.opens)


def asking(binding: Binding, *, by: Actor, **given: Any) -> forms.Form:
    """Return the form that opens a case of a kind, as the one who opens it gets it."""
    assert binding.opening is not None, binding.kind
    return _prepared(binding, binding.opening(**given), by)


def page_form(binding: Binding, *, by: Actor, **given: Any) -> Papers:
    """Return the same form with the title before it and the papers after it, for a page."""
    assert binding.opening is not None, binding.kind
    own = [name for name in binding.opening().fields if name != "title"]
    members = {"field_order": ("title", *own, "papers")}
    made = type("Opening", (binding.opening, Heading), members)
    return cast("Papers", _prepared(binding, made(**given), by))


def _prepared(binding: Binding, form: forms.Form, by: Actor) -> forms.Form:
    if binding.prepare is not None:
        binding.prepare(form, by)
    return form


def begin(
    binding: Binding,
    heading: tuple[str, Collection[int]],
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    key: str,
) -> Case:
    """Open a case of a kind with what its form made of the values; ``heading`` is (title, papers).

    Raises ``Refused``: the kind is not for this actor, or its domain refuses the values.
    """
    if not _may(by, binding):
        raise Refused("people.not-allowed", post=by.post_name)
    title, attachment_ids = heading
    with whole():
        case = _begun(binding, title, values, by=by, at=at, key=key)
        # Opened at another moment: the same form was sent before, and its papers hang there.
        if attachment_ids and case.opened_at == at:
            files.attach(attachment_ids, case_id=case.pk, by=by, at=at)
    return case


def _begun(
    binding: Binding, title: str, values: Mapping[str, Any], *, by: Actor, at: datetime, key: str
) -> Case:
    if binding.open_case is not None:
        return binding.open_case(title=title, values=values, by=by, at=at, key=key)
    parties = binding.parties(values) if binding.parties else {}
    opening = Opening(kind=binding.kind, title=title, variables=values, parties=parties)
    return actions.open_case(opening, by=by, at=at, key=key)
