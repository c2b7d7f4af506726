"""Pages of the process owner: versions with their open cases, plans to move them, the dry run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nancheng.foundation.cases import bindings, definitions, desk, mending, migrating, queries
from nancheng.foundation.cases.migrating import Plan, Standing, Verdict
from nancheng.foundation.cases.models import Migration
from nancheng.foundation.people.guards import requires
from nancheng.foundation.people.middleware import IdentifiedRequest
from nancheng.foundation.people.rules import Actor
from nancheng.foundation.web import pages, refusals, wording
from nancheng.kernel.process.program import Program
from nancheng.kernel.refusal import Refused

# The dry run looks at this many cases on the page; the command reports on every one.
LOOKED_AT = 2000
SHOWN = 200
FAULTS: dict[str, str | Promise] = {
    "process.migration-node-gone": gettext_lazy("新版没有该环节"),
    "process.migration-other-kind": gettext_lazy("新版中该环节类型不同"),
    "process.migration-other-scope": gettext_lazy("新版中该环节在另一个子流程里"),
    "process.migration-other-loop": gettext_lazy("新版中该环节的会签方式不同"),
    "process.migration-other-event": gettext_lazy("新版中该环节等待的事件不同"),
    "process.migration-flow-gone": gettext_lazy("新版没有已到达的连线"),
    "cases.nobody-at-post": gettext_lazy("新版的承办岗位不存在"),
}
TONES = {"planned": "yellow", "running": "blue", "done": "green"}


@dataclass(frozen=True, slots=True)
class Report:
    """What a plan would do: counted over all that were looked at, told of those within sight."""

    may_move: int
    must_stay: int
    is_part: bool
    staying: Sequence[Verdict]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(migrating.PUBLISH)
def versions(request: IdentifiedRequest, kind: str) -> HttpResponse:
    """List the versions of a drawing with their open cases, and plan to move cases."""
    _owner(request.identity)
    known = migrating.versions(kind)
    if not known or kind not in bindings.all_bindings():
        raise Http404
    choices = [(one.version.version, f"v{one.version.version}") for one in known]
    first = {"old": choices[-1][0], "new": choices[0][0], "moves": _proposed(known)}
    form = mending.Migrate(request.POST or None, choices=choices, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = Plan(kind, given["old"], given["new"], given["moves"], given["reason"])
        try:
            plan = migrating.plan_migration(
                wanted, by=request.identity, at=timezone.now(), key=given["key"]
            )
        except Refused as refused:
            refusals.beside(form, refused)
        else:
            messages.success(request, _("方案已制订，尚未执行；请先看试算结果。"))
            return redirect("cases:migration", plan_id=plan.pk)
    return pages.render(
        request,
        "cases/versions.html",
        {
            "kind": kind,
            "binding": bindings.binding(kind),
            "versions": known,
            "form": form if len(choices) > 1 else None,
            "plans": [(plan, TONES[plan.state]) for plan in migrating.plans(kind)],
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(migrating.PUBLISH)
def plan(request: IdentifiedRequest, plan_id: int) -> HttpResponse:
    """Show a plan with its dry run: which cases may move, which not and why; let it run."""
    _owner(request.identity)
    found = migrating.plan_of(plan_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        migrating.start(plan_id=found.pk, by=request.identity, at=timezone.now())
        messages.success(request, _("方案开始执行，办件将逐件迁移。"))
        return redirect("cases:migration", plan_id=found.pk)
    return pages.render(
        request,
        "cases/migration.html",
        {
            "plan": found,
            "tone": TONES[found.state],
            "binding": bindings.binding(found.kind),
            "moves": sorted(found.moves.items()),
            **_report(request, found),
        },
    )


def _owner(actor: Actor) -> None:
    if not migrating.owns(actor):
        raise Refused("people.not-allowed", post=actor.post_name)


def _proposed(known: Sequence[Standing]) -> str:
    """Return the moves from the oldest version with open cases to the newest, one a line."""
    old = next((one for one in reversed(known) if one.open_cases), known[-1])
    if old is known[0]:
        return ""
    moves = migrating.proposed(old_id=old.version.pk, new_id=known[0].version.pk)
    return "\n".join(f"{source}={target}" for source, target in sorted(moves.items()))


def report(plan: Migration, actor: Actor) -> Report:
    """Return the dry run: counts of all looked at, and the cases that an actor may see."""
    verdicts = list(islice(migrating.dry_run(plan), LOOKED_AT))
    staying = [verdict for verdict in verdicts if verdict.faults]
    ids = [verdict.case_id for verdict in staying[:SHOWN]]
    seen = set(queries.visible(actor, few=True).filter(pk__in=ids).values_list("id", flat=True))
    return Report(
        may_move=len(verdicts) - len(staying),
        must_stay=len(staying),
        is_part=len(verdicts) == LOOKED_AT,
        staying=[one for one in staying[:SHOWN] if one.case_id in seen],
    )


def _report(request: IdentifiedRequest, plan: Migration) -> dict[str, Any]:
    program = definitions.program(plan.old_id)
    found = report(plan, request.identity)
    return {
        "may_move": found.may_move,
        "must_stay": found.must_stay,
        "is_part": found.is_part,
        "staying": [
            {
                "number": one.number,
                "title": one.title,
                # Of a joint signing each part stays for the same reason: it is said once.
                "why": dict.fromkeys(
                    (desk.step_name(program, fault.element), FAULTS.get(fault.code, fault.code))
                    for fault in one.faults
                ),
            }
            for one in found.staying
        ],
    }


def steps(program: Program) -> list[dict[str, str]]:
    """Return the steps of a drawing with who does them, their limits and legal basis."""
    lines: list[dict[str, str]] = []
    for node in program.definition.nodes.values():
        limit = program.limits.get(node.id)
        lane = program.lanes.get(node.id)
        if node.id in program.forms or limit:
            lines.append(
                {
                    "name": wording.named({"name": node.name, "name_en": node.name_en}),
                    "lane": wording.named({"name": lane.name, "name_en": lane.name_en})
                    if lane
                    else "",
                    "limit": wording.limit(limit.limit) if limit else "",
                    "basis": limit.basis if limit else "",
                    "apart": wording.listed(
                        wording.named(dict(zip(("name", "name_en"), program.names[n], strict=True)))
                        for n in node.extra.get("apart", "").split()
                        if n in program.names
                    ),
                }
            )
    return lines
