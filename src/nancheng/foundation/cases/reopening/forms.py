"""The form that asks to reopen a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as cases
from nancheng.foundation.cases.papers import Papers


class Ask(Papers):
    """At which step, why, on what evidence."""

    node = forms.ChoiceField(label=_("重开环节"))
    reason = cases.long_text(_("重开理由"))
    key = cases.key_field()
    field_order = ("node", "reason", "papers")

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].choices = steps  # type: ignore[attr-defined]
