"""The small zone of the case tests, with tokens: a duty that anybody granted may open by form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from django import forms

from nancheng.api.tests import calling
from nancheng.api.tests.calling import Api
from nancheng.foundation.cases import bindings, publishing
from nancheng.foundation.cases.bindings import Binding
from nancheng.foundation.cases.forms import key_field
from nancheng.foundation.cases.tests import making, offices
from nancheng.foundation.people import actions as people
from nancheng.foundation.people import queries

# Who may do what beside the tasks, at one post of the administration.
OFFICE = (
    *("case.view", "case.open", "case.archive", "case.reopen.ask", "case.supervise", "case.ask"),
    *("case.circulate", "case.retry", "case.correct", "case.remind", "case.suspend"),
    *("case.terminate", "case.deliver", "process.publish", "people.absence.set"),
)


class Report(forms.Form):
    """What is asked of whoever opens a duty."""

    place = forms.CharField(label="地点", max_length=20)
    urgent = forms.BooleanField(label="紧急", required=False)
    key = key_field()


def taking_part(_values: Mapping[str, Any]) -> Mapping[str, int]:
    """The north street reports, the administration handles."""
    return {
        "applicant": queries.department_id(code="north"),
        "reviewing": queries.department_id(code="zone"),
    }


DUTY = replace(offices.DUTY, opening=Report, parties=taking_part)


def publish() -> None:
    """Publish the drawing "duty", which has a form to be opened with."""
    cast("dict[str, Binding]", bindings.all_bindings())["duty"] = DUTY
    publishing.deploy_process(DUTY.process.read_bytes(), binding=DUTY, by="test", at=making.AT)


def an_office(name: str = "office", **narrowing: Any) -> Api:
    """A token at a post that may do everything beside the tasks."""
    offices.hire(name, name, name, dict.fromkeys(OFFICE, "zone"))
    return Api(calling.a_token(name, **narrowing).text)


def at(username: str, **narrowing: Any) -> Api:
    """A token of an application at somebody's post."""
    return Api(calling.a_token(username, **narrowing).text)


def grant(duty: str, *verbs: str) -> None:
    """Grant verbs to a duty, in the whole zone."""
    people.put_duty(code=duty, name=duty, name_en=duty, grants=dict.fromkeys(verbs, "zone"))
