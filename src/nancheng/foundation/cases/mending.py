"""Forms for what does not move, and for moving cases to another version."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nancheng.foundation.cases import forms as common

MOVES_MAX = 4000


class Choose(forms.Form):
    """Which of several cases a message is for."""

    target = forms.ChoiceField(label=_("交给哪个办件"))

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]


class Drop(forms.Form):
    """Why an errand is given up."""

    reason = common.long_text(_("放弃理由"))


class Correct(forms.Form):
    """Which variable, its new value, and why."""

    name = forms.ChoiceField(label=_("变量"))
    text = forms.CharField(
        label=_("新值"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = common.long_text(_("更正理由"))
    key = common.key_field()

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].choices = choices  # type: ignore[attr-defined]


class Migrate(forms.Form):
    """From which version to which, nodes with new ids, and why."""

    old = forms.TypedChoiceField(label=_("从版本"), coerce=int)
    new = forms.TypedChoiceField(label=_("到版本"), coerce=int)
    moves = forms.CharField(
        label=_("节点对应（每行一个：旧节点=新节点，不变的不写）"),
        required=False,
        max_length=MOVES_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = common.long_text(_("迁移理由"))
    key = common.key_field()

    def __init__(self, *args: object, choices: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("old", "new"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_moves(self) -> dict[str, str]:
        """Return the lines as old node → new node."""
        moves = {}
        for line in str(self.cleaned_data["moves"]).splitlines():
            if not line.strip():
                continue
            old, sign, new = (part.strip() for part in line.partition("="))
            if not (old and sign and new):
                raise forms.ValidationError(_("每行写“旧节点=新节点”。"))
            moves[old] = new
        return moves
