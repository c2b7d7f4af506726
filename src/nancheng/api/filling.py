"""A task's form as the API speaks of it: fields described, values checked as on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.utils.datastructures import MultiValueDict
from ninja import Schema

from nancheng.api import problems
from nancheng.api.problems import Declined, Fault
from nancheng.foundation.cases import forms
from nancheng.foundation.cases.desk import Desk

Value = str | int | bool | list[str]
# What is beside the form and not of it.
APART = "key"


class FormField(Schema):
    """One field of a task's form."""

    name: str
    label: str
    hint: str
    is_required: bool
    choices: list[str]
    max_length: int | None


def fields(at_desk: Desk) -> list[dict[str, Any]]:
    """Return the fields of a task's form."""
    return described(_form(at_desk, None))


def described(form: django_forms.Form) -> list[dict[str, Any]]:
    """Return the fields of a form."""
    return [
        {
            "name": name,
            "label": str(each.label or name),
            "hint": str(each.help_text),
            "is_required": each.required,
            "choices": [str(value) for value, _words in getattr(each, "choices", ())],
            "max_length": getattr(each, "max_length", None),
        }
        for name, each in form.fields.items()
        if name != APART
    ]


def checked(at_desk: Desk, values: Mapping[str, Value], *, key: str) -> dict[str, Any]:
    """Return what the form makes of the values; raise ``Declined`` naming each one it refuses."""
    return cleaned(_form(at_desk, values, key=key), values)


def cleaned(form: django_forms.Form, values: Mapping[str, Value]) -> dict[str, Any]:
    """Return what a bound form makes of the values; raise ``Declined`` for what it refuses."""
    unknown = sorted(set(values) - set(form.fields) | ({APART} & set(values)))
    faults = [_fault(name, {"type": "extra_forbidden"}) for name in unknown]
    if not form.is_valid():
        faults += [
            Fault(str(words), pointer=_pointer(name))
            for name, told in form.errors.items()
            for words in told
        ]
    if faults:
        raise Declined(422, "api.invalid", faults=faults, count=len(faults))
    return {name: value for name, value in form.cleaned_data.items() if name != APART}


def _form(at_desk: Desk, values: Mapping[str, Value] | None, *, key: str = "") -> django_forms.Form:
    declared = at_desk.form
    data = None if values is None else posted(values, key=key)
    if declared is None:
        return forms.Opinion(data)
    initial = dict(declared.initial(at_desk.case.pk)) if declared.initial else None
    return declared.form(data, initial=initial)


def posted(values: Mapping[str, Value], *, key: str) -> MultiValueDict[str, str]:
    """Return values as a browser would send them."""
    sent: dict[str, list[str]] = {APART: [key]}
    for name, value in values.items():
        if isinstance(value, bool):
            sent |= {name: ["on"]} if value else {}
        else:
            sent[name] = value if isinstance(value, list) else [str(value)]
    return MultiValueDict(sent)


def _pointer(name: str) -> str:
    return "/values" + ("" if name == "__all__" else f"/{problems.escaped(name)}")


def _fault(name: str, error: Mapping[str, str]) -> Fault:
    return problems.of_field({**error, "loc": ("body", "given", "values", name)})
