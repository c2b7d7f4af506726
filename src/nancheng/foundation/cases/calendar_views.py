"""Pages of the working calendar: what is loaded, what lacks, and the loading of a notice."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from nancheng.foundation.cases import calendar, calendar_watch, clocks, queries
from nancheng.foundation.cases import forms as case_forms
from nancheng.foundation.cases.calendar import Preview
from nancheng.foundation.limits import queries as limit_queries
from nancheng.foundation.limits import rules
from nancheng.foundation.people import rules as rights
from nancheng.foundation.people.guards import identified, requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.web import pages, refusals
from nancheng.kernel.refusal import Refused
from nancheng.kernel.worktime import calendars as kernel
from nancheng.kernel.worktime.calendars import Calendar

SHOWN_MAX = 100


class NoticeFile(forms.Form):
    """A notice's file and its year; nothing is loaded yet."""

    year = forms.IntegerField(
        label=gettext_lazy("年份"), min_value=rules.FIRST_YEAR, max_value=rules.LAST_YEAR
    )
    file = forms.FileField(
        label=gettext_lazy("节假日安排（CSV）"),
        help_text=gettext_lazy("列：date, is_workday, name, notice；只列与平常周不同的日子。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )


class NoticeProposal(forms.Form):
    """What was tried dry, to be put before a second person."""

    year = forms.IntegerField(
        min_value=rules.FIRST_YEAR, max_value=rules.LAST_YEAR, widget=forms.HiddenInput
    )
    text = forms.CharField(max_length=rules.FILE_MAX, widget=forms.HiddenInput, strip=False)
    reason = case_forms.long_text(gettext_lazy("导入理由"))
    key = case_forms.key_field()


@require_GET
@identified
def calendars(request: IdentifiedRequest) -> HttpResponse:
    """Show the years that are loaded, what lacks, and what each loading moved."""
    known = clocks.calendar()
    notices = list(limit_queries.notices()[:SHOWN_MAX])
    work = limit_queries.reprojections([notice.pk for notice in notices])
    kept = calendar.kept([each for each in work.values() if each.kept])
    return pages.render(
        request,
        "cases/calendars.html",
        {
            "years": [_year(known, year) for year in sorted(known.years, reverse=True)],
            "notices": [
                (notice, work.get(notice.pk), _within(request, kept.get(notice.pk, ())))
                for notice in notices
            ],
            "missing": [
                (each, _name(each.process, each.node)) for each in limit_queries.missing_years()
            ],
            "may_load": rights.may(request.identity, limit_queries.LOAD),
        },
    )


@require_GET
@identified
def year(request: IdentifiedRequest, year: int) -> HttpResponse:
    """Show the days of one year on which the notice departs from the week."""
    known = clocks.calendar()
    if year not in known.years:
        raise Http404
    versions = sorted({int(r["version"]) for r in clocks.notices() if r["date"][:4] == str(year)})
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    if version in versions:
        known = clocks.calendar_of(rules.written_versions({year: version}))
    found = known.years[year]
    return pages.render(
        request,
        "cases/calendar_year.html",
        {
            "year": _year(known, year),
            "days": [found.specials[on] for on in sorted(found.specials)],
            "versions": [
                {
                    "label": _("第%(version)s版") % {"version": each},
                    "href": f"{request.path}?version={each}",
                    "count": None,
                    "is_current": each == found.version,
                }
                for each in versions
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(limit_queries.LOAD)
def load(request: IdentifiedRequest) -> HttpResponse:
    """Try a notice's file dry; then put it before a second person."""
    if request.method == "POST" and "text" in request.POST:
        return _propose(request)
    form = NoticeFile(request.POST or None, request.FILES or None, initial=_initial())
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(rules.FILE_MAX + 1)
        try:
            shown = calendar.preview(content, year=form.cleaned_data["year"])
        except Refused as refused:
            refusals.beside(form, refused, otherwise="file")
        else:
            return _previewed(request, shown, NoticeProposal(initial=_kept(shown)))
    status = 422 if form.is_bound else 200
    return pages.render(request, "cases/calendar_load.html", {"form": form}, status=status)


def _propose(request: IdentifiedRequest) -> HttpResponse:
    form = NoticeProposal(request.POST)
    whole = form.is_valid()
    given = form.cleaned_data
    if "text" not in given or "year" not in given:
        # The text is ours: who changed it by hand begins again.
        messages.error(request, _("预演内容已失效，请重新上传文件。"))
        return redirect("cases:calendar-load")
    try:
        shown = calendar.preview(given["text"].encode(), year=given["year"])
        if whole:
            calendar.propose(
                shown,
                reason=given["reason"],
                by=request.identity,
                at=timezone.now(),
                key=given["key"],
            )
            messages.success(request, _("已提交，等待另一人复核后生效。"))
            return redirect("cases:calendars")
    except Refused as refused:
        again = NoticeFile(initial={"year": given["year"]})
        return pages.render(
            request,
            "cases/calendar_load.html",
            {"form": again, "refused": refusals.text(refused)},
            status=422,
        )
    return _previewed(request, shown, form, status=422)


def _previewed(
    request: IdentifiedRequest, shown: Preview, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    """Show the days and dates that would change; of the cases, those within the reader's sight."""
    timers = shown.timers.moves
    ids = {move.clock.case_id for move in shown.moves} | {timer.case_id for timer, _due in timers}
    within = queries.visible(request.identity, few=True).filter(pk__in=ids)
    seen = {case.pk: case for case in within.only("number", "title")}
    moves = [move for move in shown.moves if move.clock.case_id in seen]
    moved = [(seen[timer.case_id], timer, due) for timer, due in timers if timer.case_id in seen]
    return pages.render(
        request,
        "cases/calendar_preview.html",
        {
            "shown": shown,
            "form": form,
            "moves": moves[:SHOWN_MAX],
            "hidden": len(shown.moves) - min(len(moves), SHOWN_MAX),
            "timers": moved[:SHOWN_MAX],
            "timers_hidden": len(timers) - min(len(moved), SHOWN_MAX),
        },
        status=status,
    )


def _within(request: IdentifiedRequest, case_ids: Sequence[int]) -> Sequence[str]:
    """Return the numbers of those cases that are within the reader's sight, some at most."""
    if not case_ids:
        return ()
    rows = queries.visible(request.identity, few=True).filter(pk__in=case_ids).order_by("number")
    return list(rows.values_list("number", flat=True)[:SHOWN_MAX])


def _kept(shown: Preview) -> dict[str, object]:
    out = io.StringIO()
    writer = csv.DictWriter(out, rules.COLUMNS)
    writer.writeheader()
    writer.writerows(shown.rows)
    return {"year": shown.year, "text": out.getvalue()}


def _initial() -> dict[str, int]:
    known = clocks.calendar().years
    return {"year": max(known) + 1 if known else timezone.localdate().year}


def _year(known: Calendar, number: int) -> Mapping[str, Any]:
    found = kernel.year_of(known, number)
    specials: Sequence[kernel.Special] = tuple(found.specials.values())
    return {
        "year": number,
        "version": found.version,
        "rest": sum(not special.is_workday for special in specials),
        "worked": sum(special.is_workday for special in specials),
        "workdays": len(found.workdays),
        "number": specials[0].notice if specials else "",
    }


def _name(process: str, node: str) -> str:
    return calendar_watch.named(process, node)
