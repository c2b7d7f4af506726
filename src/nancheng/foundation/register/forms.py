"""Forms of the register: each code is read as people type it, each fault stands at its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nancheng.foundation.register import codes, geometry, rules
from nancheng.foundation.register.models import STAGE_LABELS, Organisation, Place, Project
from nancheng.foundation.register.rules import (
    MilestoneFacts,
    OrganisationFacts,
    PlaceFacts,
    ProjectFacts,
    Stage,
)
from nancheng.foundation.web import refusals
from nancheng.kernel.refusal import Refused

FEN_PER_WAN = 1_000_000
CHOOSE = ("", gettext_lazy("请选择"))


def new_key() -> str:
    """Return the mark of one form as shown, so that sending it twice is one entry."""
    return uuid4().hex


def day(label: Any, **kwargs: Any) -> forms.DateField:
    """Return an optional day, chosen in the browser's calendar."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), **kwargs
    )


def _area(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class OrganisationForm(forms.Form):
    """An organisation's entry."""

    uscc = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=40,
        help_text=gettext_lazy("18 位，可带空格或连字符，全角和小写会自动转换。"),
    )
    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("单位类型"), choices=[CHOOSE, *Organisation.Kind.choices]
    )
    region = forms.CharField(
        label=gettext_lazy("行政区划代码"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("6 位数字（GB/T 2260）。"),
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=60, required=False)
    contact_phone = forms.RegexField(
        r"^[0-9+() -]{5,30}$",
        label=gettext_lazy("联系电话"),
        required=False,
        error_messages={
            "invalid": gettext_lazy("联系电话只能包含数字、空格和 + ( ) -，至少 5 位。")
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, entry: Organisation | None = None, **kwargs: Any) -> None:
        self.entry = entry
        if entry is not None:
            kwargs["initial"] = {name: getattr(entry, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def clean_uscc(self) -> str:
        """Return the code in its written form."""
        return _coded(codes.uscc, self.cleaned_data["uscc"])

    def clean_region(self) -> str:
        """Return the region in its written form, or nothing."""
        typed: str = self.cleaned_data["region"]
        return _coded(codes.region, typed) if typed else ""

    def facts(self) -> OrganisationFacts:
        """Return what the form says; the desk on this platform is not changed here."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        desk = self.entry.department_id if self.entry else None
        return OrganisationFacts(**given, department_id=desk)


@dataclass(frozen=True, slots=True)
class Offered:
    """What an actor may choose from: (id, name) of departments and places, (code, name) of units.

    ``find_unit`` returns the ids of the organisations within reach that a code or name means.
    """

    departments: Sequence[tuple[int, str]]
    places: Sequence[tuple[int, str]]
    units: Sequence[tuple[str, str]]
    find_unit: Callable[[str], list[int]]


class ProjectForm(forms.Form):
    """A project's entry; money in 万元 as the offices write it."""

    name = forms.CharField(label=gettext_lazy("项目名称"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=200, required=False)
    approval_code = forms.CharField(
        label=gettext_lazy("投资项目代码"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("年份-区划-行业-类型-顺序，如 2020-000000-48-01-000001。"),
    )
    unit = forms.CharField(
        label=gettext_lazy("项目单位"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        help_text=gettext_lazy("填写已登记单位的名称或统一社会信用代码。"),
    )
    supervising_department = forms.ChoiceField(label=gettext_lazy("主管部门"))
    field = forms.ChoiceField(
        label=gettext_lazy("投向领域"), choices=[CHOOSE, *Project.Field.choices]
    )
    total_investment = forms.DecimalField(
        label=gettext_lazy("总投资（万元）"),
        max_digits=16,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": gettext_lazy("请填写数字，如 1212 或 1212.50。")},
    )
    place = forms.ChoiceField(label=gettext_lazy("所在场所"), required=False)
    planned_start_on = day(gettext_lazy("计划开工"))
    planned_finish_on = day(gettext_lazy("计划完工"))
    actual_start_on = day(gettext_lazy("实际开工"))
    actual_finish_on = day(gettext_lazy("实际完工"))
    site = forms.CharField(label=gettext_lazy("建设地点"), max_length=200, required=False)
    content = forms.CharField(
        label=gettext_lazy("建设内容和规模"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False, initial=new_key)

    def __init__(
        self, *args: Any, offered: Offered, entry: Project | None = None, **kwargs: Any
    ) -> None:
        self.offered = offered
        if entry is not None:
            kwargs["initial"] = _project_initial(entry)
        super().__init__(*args, **kwargs)
        self.choose("supervising_department", [CHOOSE, *offered.departments])
        self.choose("place", [("", _("（不在园区或地块内）")), *offered.places])

    def choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        """Offer these choices."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField), name
        field.choices = list(choices)

    def clean_approval_code(self) -> str | None:
        """Return the code in its written form, or None."""
        typed: str = self.cleaned_data["approval_code"]
        return _coded(codes.approval_code, typed) if typed else None

    def clean_unit(self) -> int:
        """Return the id of the organisation of that code or name, if the actor may see it."""
        ids = self.offered.find_unit(self.cleaned_data["unit"])
        if not ids:
            raise ValidationError(_("没有找到这个单位，请核对名称或代码，或先登记单位。"))
        if len(ids) > 1:
            raise ValidationError(_("有几个单位同名，请填写统一社会信用代码。"))
        return ids[0]

    def clean_total_investment(self) -> Decimal:
        """Return the amount in 万元, believable and of whole fen."""
        amount: Decimal = self.cleaned_data["total_investment"]
        _allowed(rules.check_investment, int(amount * FEN_PER_WAN))
        return amount

    def clean(self) -> dict[str, Any]:
        """Check that no period runs backwards."""
        given = super().clean() or {}
        for kind in ("planned", "actual"):
            start, finish = given.get(f"{kind}_start_on"), given.get(f"{kind}_finish_on")
            try:
                rules.check_period(kind, start, finish)
            except Refused as refused:
                self.add_error(refused.field, refusals.text(refused))
        return given

    def facts(self) -> ProjectFacts:
        """Return what the form says."""
        given = self.cleaned_data
        days = ("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on")
        return ProjectFacts(
            name=given["name"],
            unit_id=given["unit"],
            supervising_department_id=int(given["supervising_department"]),
            field=given["field"],
            total_investment_fen=int(given["total_investment"] * FEN_PER_WAN),
            name_en=given["name_en"],
            approval_code=given["approval_code"],
            content=given["content"],
            site=given["site"],
            place_id=int(given["place"]) if given["place"] else None,
            **{name: given[name] for name in days},
        )


class PlaceForm(forms.Form):
    """A place's entry; areas in square metres, money in 万元, the outline as GeoJSON."""

    kind = forms.ChoiceField(label=gettext_lazy("场所类型"), choices=[CHOOSE, *Place.Kind.choices])
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        label=gettext_lazy("场所编号"),
        max_length=30,
        help_text=gettext_lazy("字母、数字和 . _ -，如 DK-2026-001。"),
        error_messages={
            "invalid": gettext_lazy("场所编号只能包含字母、数字和 . _ -，以字母或数字开头。")
        },
    )
    name = forms.CharField(label=gettext_lazy("场所名称"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=200, required=False)
    parent = forms.ChoiceField(label=gettext_lazy("上级场所"), required=False)
    area_m2 = _area(gettext_lazy("面积（平方米）"))
    built_area_m2 = _area(gettext_lazy("已建面积（平方米）"))
    planned_investment = forms.DecimalField(
        label=gettext_lazy("规划投资（万元）"),
        required=False,
        min_value=0,
        max_value=rules.INVESTMENT_FEN_MAX // FEN_PER_WAN,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    geojson = forms.CharField(
        label=gettext_lazy("边界图形（GeoJSON）"),
        required=False,
        max_length=geometry.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("多边形或点，坐标为经度、纬度；可粘贴地图软件导出的内容。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self,
        *args: Any,
        places: Sequence[tuple[int, str]],
        entry: Place | None = None,
        **kwargs: Any,
    ) -> None:
        if entry is not None:
            kwargs["initial"] = _place_initial(entry)
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("（无）")), *places]

    def clean_geojson(self) -> str:
        """Return the outline in its written form, or nothing."""
        typed: str = self.cleaned_data["geojson"].strip()
        return _coded(lambda text: geometry.outline(text).text, typed) if typed else ""

    def facts(self) -> PlaceFacts:
        """Return what the form says."""
        given = self.cleaned_data
        same = ("kind", "code", "name", "name_en", "geojson", "area_m2", "built_area_m2")
        planned = given["planned_investment"]
        return PlaceFacts(
            **{name: given[name] for name in same},
            parent_id=int(given["parent"]) if given["parent"] else None,
            planned_investment_fen=None if planned is None else int(planned * FEN_PER_WAN),
        )


class StageForm(forms.Form):
    """A move of a project to another stage."""

    stage = forms.ChoiceField(label=gettext_lazy("转入阶段"))
    entered_on = forms.DateField(
        label=gettext_lazy("进入日期"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("原因或依据"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("退回、暂缓、停工、终止等必须写明原因。"),
    )

    def __init__(self, *args: Any, project: Project, on: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"entered_on": on}
        super().__init__(*args, **kwargs)
        open_stages = rules.moves(Stage(project.stage))
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (stage.value, label) for stage, label in STAGE_LABELS.items() if stage in open_stages
        ]


class MilestoneForm(forms.Form):
    """The days of one milestone."""

    planned_on = day(gettext_lazy("计划日期"))
    forecast_on = day(gettext_lazy("预计日期"), help_text=gettext_lazy("预计晚于计划时填写。"))
    actual_on = day(gettext_lazy("完成日期"))
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Check that the years can be meant."""
        given = super().clean() or {}
        for name in ("planned_on", "forecast_on", "actual_on"):
            if given.get(name) and given[name].year not in rules.PLAN_YEARS:
                wrong = Refused("register.year", year=given[name].year)
                self.add_error(name, refusals.text(wrong))
        return given

    def facts(self, known: MilestoneFacts) -> MilestoneFacts:
        """Return the milestone with the form's days."""
        return MilestoneFacts(
            code=known.code,
            name=known.name,
            name_en=known.name_en,
            position=known.position,
            **self.cleaned_data,
        )


def _project_initial(entry: Project) -> dict[str, Any]:
    same = set(ProjectForm.base_fields) - {"unit", "supervising_department", "place", "key"}
    initial = {name: getattr(entry, name) for name in same - {"total_investment"}}
    amount = Decimal(entry.total_investment_fen) / FEN_PER_WAN
    return {
        **initial,
        "unit": entry.unit.uscc,
        "supervising_department": entry.supervising_department_id,
        "place": entry.place_id,
        "total_investment": f"{amount.normalize():f}",
    }


def _place_initial(entry: Place) -> dict[str, Any]:
    same = set(PlaceForm.base_fields) - {"parent", "planned_investment"}
    planned = entry.planned_investment_fen
    amount = None if planned is None else (Decimal(planned) / FEN_PER_WAN).normalize()
    return {
        **{name: getattr(entry, name) for name in same},
        "parent": entry.parent_id,
        "planned_investment": "" if amount is None else f"{amount:f}",
    }


def _coded(reader: codes.Reader, typed: str) -> str:
    try:
        return reader(typed)
    except Refused as refused:
        raise ValidationError(refusals.text(refused), code=refused.code) from refused


def _allowed(check: Any, value: int) -> None:
    try:
        check(value)
    except Refused as refused:
        raise ValidationError(refusals.text(refused), code=refused.code) from refused
