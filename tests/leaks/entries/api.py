"""The routes of the API: each shows what a page shows, and says which one.

A route that is not here fails ``test_every_route_has_an_entry``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.leaks.doors import Door

# Nothing of the API stands in the URLconf under a name of its own.
DOORS: dict[str, Door] = {}
# Lists: the page whose rows they give. The rows of the page's entry are the truth here too.
LISTS: Mapping[str, str] = {
    "/cases": "cases:search",
    "/cases/started": "cases:started",
    "/tasks": "cases:inbox",
    "/tasks/done": "cases:done",
    "/funds/bonds": "funds:bonds",
    "/funds/projects": "funds:projects",
    "/funds/payments": "funds:payments",
    "/projects": "register:projects",
    "/organisations": "register:organisations",
}
# Single rows: the page whose addresses they take.
DETAILS: Mapping[str, str] = {
    "/cases/{number}": "cases:case",
    "/cases/{number}/clocks": "cases:case",
    "/cases/{number}/files": "cases:case",
    "/cases/{number}/history": "cases:case",
    "/cases/{number}/resume": "cases:case",
    "/cases/{number}/suspend": "cases:case",
    "/cases/{number}/terminate": "cases:case",
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
            "claim",
            "complete",
            "extend",
            "release",
            "remind",
            "send-back",
            "take-back",
            "transfer",
        )
    },
}
# Rows of no department, or one's own: looked through for secrets, and nothing more.
OTHERS: Mapping[str, str] = {
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
