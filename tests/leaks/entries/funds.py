"""Special bonds: bonds, projects' money, payments."""

from __future__ import annotations

from nancheng.domains.funds.models import Screening
from nancheng.foundation.people.rules import Actor
from tests.leaks.doors import Rows, Target, Targets, Truth, detail, listed
from tests.leaks.entries import cases
from tests.leaks.sight import Sight, by


def _bonds(sight: Sight, actor: Actor) -> list[str]:
    held = {funded.pk for funded in sight.funded if sight.funds(actor, funded, "funds.bond.view")}
    return [
        bond.code
        for bond in sight.bonds
        if any(each.project_id in held for each in bond.allocations.all())
    ]


def _projects(verb: str) -> Truth:
    def truth(sight: Sight, actor: Actor) -> list[str]:
        return [
            funded.project.name
            for funded in sight.funded
            if sight.funds(actor, funded, verb) and funded.allocations.exists()
        ]

    return truth


def _payments(sight: Sight, actor: Actor) -> list[str]:
    return [
        payment.case.number
        for payment in sight.payments
        if sight.may(actor, "funds.payment.view", payment.case)
    ]


def _each(verb: str) -> Targets:
    def targets(sight: Sight) -> list[Target]:
        return [
            Target(
                {"number": funded.project.number}, by(lambda a, f: sight.funds(a, f, verb), funded)
            )
            for funded in sight.funded
        ]

    return targets


def _each_bond(sight: Sight) -> list[Target]:
    return [
        Target({"code": bond.code}, by(lambda a, b: b.code in _bonds(sight, a), bond))
        for bond in sight.bonds
    ]


def _each_contract(sight: Sight) -> list[Target]:
    return [
        Target(
            {"contract_id": contract.pk},
            by(lambda a, c: sight.funds(a, c.project, "funds.payment.apply"), contract),
        )
        for contract in sight.contracts
    ]


def _each_return(sight: Sight) -> list[Target]:
    return [
        Target(
            {"case_id": payment.case_id},
            by(lambda a, p: sight.funds(a, p.contract.project, "funds.payment.apply"), payment),
        )
        for payment in sight.payments
    ]


def _each_screening(sight: Sight) -> list[Target]:
    return [
        Target(
            {"screening_id": row.pk},
            by(
                lambda a, r: (
                    r.verdict == "open" and sight.funds(a, r.project, "funds.screening.decide")
                ),
                row,
            ),
        )
        for row in Screening.objects.select_related("project")
    ]


_VIEW = "funds.project.view"
_LEDGER = "funds.ledger.view"
_APPLY = "funds.payment.apply"
DOORS = {
    "funds:bonds": listed("funds.bond.view", Rows(_bonds, "债券代码")),
    "funds:bond": detail("funds.bond.view", _each_bond, {"code": "DEMO-99"}),
    "funds:projects": listed(_VIEW, Rows(_projects(_VIEW), "项目")),
    "funds:project": detail(_VIEW, _each(_VIEW), {"number": "XM-1999-0001"}),
    "funds:ledger": detail(_LEDGER, _each(_LEDGER), {"number": "XM-1999-0001"}),
    "funds:payments": listed("funds.payment.view", Rows(_payments, cases.NUMBER)),
    "funds:sources": listed(_APPLY),
    "funds:apply": detail(_APPLY, _each_contract, {"contract_id": 999_999}, posted=True),
    "funds:apply-again": detail(_APPLY, _each_return, {"case_id": 999_999}, posted=True),
    "funds:screening": detail(
        "funds.screening.decide", _each_screening, {"screening_id": 999_999}, posted=True
    ),
}
