"""Forms of special bonds; what they mean is asked of the rules, not decided here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nancheng.domains.funds.refusals import PAPERS
from nancheng.domains.funds.rules.facts import Invoice, Verdict
from nancheng.foundation.cases import forms as cases
from nancheng.foundation.web import refusals
from nancheng.kernel.ledger import fen
from nancheng.kernel.refusal import Refused

INVOICES_MAX = 50
Choices = Sequence[tuple[object, str]]


class MoneyField(forms.CharField):
    """A sum as people write it ("1,212万元", "350000.50"); cleaned to whole fen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=fen.TEXT_MAX,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Return fen, or the refusal of the reader beside the field."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen.parse(text)
        except Refused as refused:
            raise ValidationError(refusals.text(refused)) from refused


class ProgressField(forms.DecimalField):
    """A cumulative progress in percent with one decimal; cleaned to thousandths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal("0.1"), max_value=100, max_digits=4, decimal_places=1, **kwargs
        )

    def clean(self, value: Any) -> Any:
        """Return the progress in thousandths."""
        percent = super().clean(value)
        return None if percent is None else int(percent * 10)


class InvoicesField(forms.CharField):
    """One invoice a line: number, then sum; cleaned to a tuple of invoices."""

    def clean(self, value: Any) -> Any:
        """Return the invoices, or say which line cannot be read."""
        text = super().clean(value) or ""
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > INVOICES_MAX:
            raise ValidationError(_now("发票最多 %(most)s 张。") % {"most": INVOICES_MAX})
        return tuple(_invoice(number, line) for number, line in enumerate(lines, start=1))


def _invoice(number: int, line: str) -> Invoice:
    code, _gap, amount = line.strip().partition(" ")
    if not (code.isascii() and code.isalnum() and len(code) <= 20 and amount.strip()):
        raise ValidationError(
            _now("第 %(line)s 行无法识别，请按“发票号码 金额”填写。") % {"line": number}
        )
    try:
        amount_fen = fen.parse(amount)
    except Refused as refused:
        told = refusals.text(refused)
        raise ValidationError(
            _now("第 %(line)s 行：%(told)s") % {"line": number, "told": told}
        ) from refused
    if amount_fen <= 0:
        raise ValidationError(_now("第 %(line)s 行：金额须大于零。") % {"line": number})
    return Invoice(code, amount_fen)


class Apply(forms.Form):
    """An application for a payment under one contract."""

    allocation = forms.TypedChoiceField(label=_("资金来源（债券额度）"), coerce=int)
    cost_item = forms.TypedChoiceField(label=_("费用项"), coerce=int)
    amount = MoneyField(label=_("申请金额（元）"), help_text=_("可写“120万元”或“1,200,000.00”。"))
    progress = ProgressField(
        label=_("累计完成进度（%）"), help_text=_("自开工起累计，须经监理签认。")
    )
    to_wage_account = forms.BooleanField(label=_("支付至农民工工资专用账户"), required=False)
    account = forms.CharField(label=_("收款账号"), max_length=40)
    purpose = forms.CharField(label=_("款项用途"), max_length=200)
    invoices = InvoicesField(
        label=_("发票明细"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一张：发票号码 空格 金额（元）。"),
    )
    drafts = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    key = cases.key_field()

    def __init__(self, *args: Any, allocations: Choices, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["allocation"].choices = allocations  # type: ignore[attr-defined]
        self.fields["cost_item"].choices = items  # type: ignore[attr-defined]
        for kind, label in PAPERS.items():
            self.fields[f"paper_{kind}"] = forms.FileField(
                label=label, required=False, widget=forms.FileInput
            )

    def clean_drafts(self) -> list[int]:
        """Return the ids of the papers that were uploaded before."""
        parts = self.cleaned_data["drafts"].split(",")
        return [int(part) for part in parts if part.isascii() and part.isdigit()][:40]


class Certificate(cases.Opinion):
    """The supervisor's certificate of cumulative progress."""

    progress = ProgressField(label=_("签认累计进度（%）"), required=False)
    certificate_number = forms.CharField(label=_("支付证书编号"), max_length=40, required=False)
    field_order = ("decision", "progress", "certificate_number", "opinion")

    def clean(self) -> dict[str, object]:
        """Ask for the certificate where the answer is yes."""
        given = super().clean()
        if given.get("decision") == "agree":
            for name in ("progress", "certificate_number"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _now("同意支付时必须填写。"))
        return given


BACK_TO = [("finance", _("财政局")), ("applicant", _("项目单位"))]


class Order(forms.Form):
    """The treasury's order: paid under a number, or sent back with a reason."""

    decision = forms.ChoiceField(
        label=_("办理结果"), choices=[("agree", _("已发支付指令")), ("refuse", _("退单"))]
    )
    order_number = forms.CharField(label=_("支付指令编号"), max_length=40, required=False)
    return_to = forms.ChoiceField(label=_("退给"), choices=BACK_TO, initial="finance")
    opinion = cases.long_text(_("说明"), required=False)
    key = cases.key_field()

    def clean(self) -> dict[str, object]:
        """Ask for the number of an order, or the reason there is none."""
        given = super().clean() or {}
        if given.get("decision") == "agree" and not given.get("order_number"):
            self.add_error("order_number", _now("请填写支付指令编号。"))
        if given.get("decision") == "refuse" and not given.get("opinion"):
            self.add_error("opinion", _now("退单时请写明原因。"))
        return given


class BankAnswer(forms.Form):
    """The bank's answer: arrived, or returned with a reason."""

    decision = forms.ChoiceField(
        label=_("银行回单"), choices=[("paid", _("已到账")), ("returned", _("退汇"))]
    )
    answered_on = forms.DateField(
        label=_("回单日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    return_reason = forms.CharField(label=_("退汇原因"), max_length=200, required=False)
    return_to = forms.ChoiceField(label=_("退给"), choices=BACK_TO[::-1], initial="applicant")
    opinion = cases.long_text(_("说明"), required=False)
    key = cases.key_field()

    def clean(self) -> dict[str, object]:
        """Ask why the bank returned the money."""
        given = super().clean() or {}
        if given.get("decision") == "returned" and not given.get("return_reason"):
            self.add_error("return_reason", _now("请填写退汇原因。"))
        return given


class DecideScreening(forms.Form):
    """A verdict on a hit of the negative list, with its reason."""

    verdict = forms.ChoiceField(
        label=_("认定结论"),
        choices=[
            (Verdict.ALLOWED.value, _("不属于负面清单，准予继续")),
            (Verdict.FORBIDDEN.value, _("属于负面清单，停止使用")),
        ],
    )
    reason = cases.long_text(_("认定理由"))
    key = cases.key_field()
