"""The routes of the API: each shows what a page shows, and says which one.

A route that is not here fails ``test_every_route_has_an_entry``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.leaks.doors import Door

# Nothing of the API stands in the URLconf under a name of its own.
DOORS: dict[str, Door] = {}
# Lists: the page whose rows they give, with its query. The rows of its entry are the truth here.
LISTS: Mapping[str, str] = {
    "/cases": "cases:search",
    "/cases/started": "cases:started",
    "/archives": "cases:archives",
    "/incidents/errands": "cases:incidents show=errand",
    "/incidents/timers": "cases:incidents show=timer",
    "/incidents/tokens": "cases:incidents",
    "/slips": "cases:slips",
    "/slips/called": "cases:slips-called",
    "/tasks": "cases:inbox",
    "/tasks/done": "cases:done",
    "/funds/bonds": "funds:bonds",
    "/funds/projects": "funds:projects",
    "/funds/payments": "funds:payments",
    "/projects": "register:projects",
    "/organisations": "register:organisations",
}
# Single rows: the page whose addresses they take; a word after it is what they are of.
DETAILS: Mapping[str, str] = {
    "/cases/{number}": "cases:case",
    **{
        f"/cases/{{number}}/{each}": "cases:case"
        for each in (
            *("beside", "clocks", "files", "history", "steps"),
            *("archive", "ask", "circulate", "correct", "reopen", "resume", "supervise"),
            *("suspend", "terminate"),
        )
    },
    **{f"/opinions/{{opinion_id}}{verb}": "cases:opinion" for verb in ("", "/answer", "/withdraw")},
    **{
        f"/circulations/{{circulation_id}}{verb}": "cases:circulation"
        for verb in ("", "/read", "/note", "/revoke")
    },
    **{
        f"/slips/{{slip_id}}{verb}": "cases:slip"
        for verb in ("", "/reply", "/reject", "/escalate", "/close")
    },
    **{
        f"/incidents/errands/{{ref}}{verb}": "cases:incident errand"
        for verb in ("", "/retry", "/place", "/drop")
    },
    "/incidents/timers/{ref}/retry": "cases:incident timer",
    "/incidents/tokens/{ref}/retry": "cases:incident token",
    "/absences/{absence_id}/end": "people:end-absence",
    "/migrations/{plan_id}": "cases:migration",
    "/migrations/{plan_id}/dry-run": "cases:migration",
    "/migrations/{plan_id}/start": "cases:migration",
    "/processes/{kind}/migrations": "cases:versions",
    "/processes/{kind}/versions": "cases:versions",
    "/files/{attachment_id}": "files:download",
    "/files/{attachment_id}/content": "files:download",
    "/funds/bonds/{code}": "funds:bond",
    "/funds/contracts/{contract_id}/offer": "funds:apply",
    "/funds/payments/{number}": "cases:case",
    "/funds/payments/{number}/apply-again": "cases:case",
    "/funds/projects/{number}": "funds:project",
    "/funds/projects/{number}/ledger": "funds:ledger",
    "/notices/{notice_id}/read": "notices:open",
    "/organisations/{uscc}": "register:organisation",
    "/places/{code}": "register:place",
    "/processes/{kind}": "cases:process",
    "/projects/{number}": "register:project",
    "/tasks/{task_id}": "cases:task",
    "/tasks/{task_id}/choices": "cases:task",
    "/tasks/{task_id}/clock": "cases:task",
    **{
        f"/tasks/{{task_id}}/{verb}": "cases:task"
        for verb in (
            "add-signer",
            "ask-correction",
            "claim",
            "complete",
            "extend",
            "release",
            "remind",
            "remove-signer",
            "send-back",
            "take-back",
            "take-correction",
            "transfer",
        )
    },
}
# Rows of no department, or one's own: looked through for secrets, and nothing more.
OTHERS: Mapping[str, str] = {
    "/absences": "one's own and those of whom one may send away",
    "/absences/principals": "colleagues",
    "/absences/principals/{identity_id}/deputies": "colleagues of colleagues",
    "/circulations/sent": "one's own",
    "/migrations": "planned by who owns the drawings",
    "/opinions/asked": "one's own",
    "/processes/{kind}/opening": "what a case is opened with",
    "/receivers": "the directory of the zone",
    "/tasks/pool": "one's own post's",
    "/together": "one's own",
    "/me": "the caller itself",
    "/messages": "delivered to whom they name; answers say how many",
    "/audit/roots": "roots and counts",
    "/audit/roots/{root_number}/heads": "hashes of the audit administrator",
    "/files": "one's own drafts",
    "/funds/contracts": "what may be applied under",
    "/notices": "one's own",
    "/places": "places of the zone",
    "/processes": "drawings",
    "/processes/{kind}/versions/{version}/bpmn": "drawings",
}
