"""Accounts, delegations, notices, files, second hands, administrators' pages, the cockpit."""

from __future__ import annotations

from nancheng.foundation.applications.models import AccessToken
from nancheng.foundation.confirmations import queries as confirmations
from nancheng.foundation.confirmations.models import Confirmation
from nancheng.foundation.messages.models import Endpoint, Notice, Outbox
from nancheng.foundation.people import rules
from nancheng.foundation.people.models import Identity
from nancheng.foundation.people.rules import Actor
from tests.leaks.between import APPLICATION
from tests.leaks.doors import Rows, Target, detail, gated, opened, own
from tests.leaks.sight import Sight, by


def _waiting(sight: Sight, actor: Actor) -> list[str]:
    return [
        row.subject
        for row in sight.confirmations
        if row.state == Confirmation.State.WAITING
        and confirmations.may_decide(actor, row)
        and not confirmations.askers(row) & actor.persons
    ]


def _absences(sight: Sight, actor: Actor) -> list[str]:
    return [each.reason for each in sight.absences if sight.absence(actor, each)]


def _ends(sight: Sight) -> list[Target]:
    return [
        Target(
            {"absence_id": each.pk},
            by(sight.ends, each),
        )
        for each in sight.absences
    ]


def _notices(sight: Sight) -> list[Target]:
    return [
        Target({"notice_id": row.pk}, by(lambda a, n: n.identity_id == a.identity_id, row))
        for row in Notice.objects.all()[:40]
    ]


def _files(sight: Sight) -> list[Target]:
    return [
        Target({"attachment_id": each.pk}, by(sight.attachment, each)) for each in sight.attachments
    ]


def _drafts(sight: Sight) -> list[Target]:
    return [
        Target(
            {"attachment_id": each.pk},
            by(lambda a, f: f.uploaded_by_id == a.identity_id, each),
        )
        for each in sight.attachments
    ]


def _second_hands(sight: Sight) -> list[Target]:
    return [
        Target({"confirmation_id": row.pk}, by(sight.confirmation, row))
        for row in sight.confirmations
    ]


def _account(sight: Sight) -> list[Target]:
    return [Target({"username": "clerk"}, lambda actor: rules.may(actor, _ACCOUNTS))]


def _copy(sight: Sight) -> list[Target]:
    """A copy of a person's data is for the one who asked, of the one it was agreed for."""
    return [
        Target({"username": "clerk"}, lambda actor: actor.duty == "sysadmin"),
        Target({"username": "leader"}, lambda actor: False),
    ]


def _duty(sight: Sight) -> list[Target]:
    return [Target({"code": "auditor"}, lambda actor: rules.may(actor, "system.grants"))]


def _applications(sight: Sight) -> list[Target]:
    return [Target({"code": APPLICATION}, lambda actor: rules.may(actor, _APPLICATIONS))]


def _tokens(sight: Sight) -> list[Target]:
    return [
        Target(
            {"code": APPLICATION, "token_id": token.pk},
            lambda actor: rules.may(actor, _APPLICATIONS),
        )
        for token in AccessToken.objects.all()
    ]


def _posts(sight: Sight) -> list[Target]:
    return [
        Target(
            {"username": "clerk", "identity_id": each.pk},
            lambda actor: rules.may(actor, _ACCOUNTS),
        )
        for each in Identity.objects.filter(person__username="clerk")
    ]


_ACCOUNTS = "system.accounts"


def _keeps(actor: Actor) -> bool:
    return rules.may(actor, _MESSAGES)


def _outbox(sight: Sight) -> list[Target]:
    return [Target({"outbox_id": row.pk}, _keeps) for row in Outbox.objects.all()[:4]]


def _endpoints(sight: Sight) -> list[Target]:
    return [Target({"name": row.name}, _keeps) for row in Endpoint.objects.all()]


_MESSAGES = "system.messages"
_NO_ACCOUNT = {"username": "nobody-there"}
_NO_FILE = {"attachment_id": 999_999}
_NO_HANDS = {"confirmation_id": 999_999}
_APPLICATIONS = "application.manage"
DOORS = {
    "people:sign-in": opened("the way in", posted=True),
    "people:sign-in-code": opened(
        "the second step in; without the first it leads back", posted=True
    ),
    "people:second-factor": opened("one's own device, with or without a post", posted=True),
    "people:recovery-codes": opened("one's own codes, with or without a post", posted=True),
    "people:sign-out": opened("the way out", posted=True),
    "people:switch-identity": own(posted=True),
    "people:switch-language": opened("a cookie", posted=True),
    "people:change-password": opened("one's own password, with or without a post", posted=True),
    "people:absences": own(Rows(_absences, "事由")),
    "people:new-absence": own(posted=True),
    "people:end-absence": detail("", _ends, {"absence_id": 999_999}, posted=True),
    "notices:list": own(),
    "notices:read-all": own(posted=True),
    "notices:subscriptions": own(posted=True),
    "notices:open": detail("", _notices, {"notice_id": 999_999}, posted=True),
    "files:download": detail("", _files, _NO_FILE),
    "files:remove": detail("", _drafts, _NO_FILE, posted=True),
    "confirmations:list": own(Rows(_waiting, "对象")),
    "confirmations:confirmation": detail("", _second_hands, _NO_HANDS, posted=True),
    "confirmations:withdraw": detail("", _second_hands, _NO_HANDS, posted=True),
    "audit:verification": gated("audit.view", "roots and counts, no row of a department"),
    "audit:verify": gated("audit.view", "asks for a verification", posted=True),
    "cockpit:cockpit": gated("cockpit.view", "sums of what is within reach; see test_counts"),
    "administration:accounts": gated(_ACCOUNTS, "accounts, no row of a department"),
    "administration:new-account": gated(_ACCOUNTS, "a form", posted=True),
    "administration:account": detail(_ACCOUNTS, _account, _NO_ACCOUNT),
    "administration:switch": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:reset": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:remove-factor": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:ask-data": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:take-data": detail(_ACCOUNTS, _copy, _NO_ACCOUNT),
    "administration:leave": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:erase": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:appoint": detail(_ACCOUNTS, _account, _NO_ACCOUNT, posted=True),
    "administration:dismiss": detail(
        _ACCOUNTS, _posts, _NO_ACCOUNT | {"identity_id": 999_999}, posted=True
    ),
    "administration:duties": gated("system.grants", "duties and verbs"),
    "administration:duty": detail("system.grants", _duty, {"code": "nothing"}, posted=True),
    "administration:log": gated("system.audit", "security events, no row of a department"),
    "administration:outbox": gated(_MESSAGES, "kinds and receivers, never what a message says"),
    "administration:retry-all": gated(_MESSAGES, "sends again", posted=True),
    "administration:message": detail(_MESSAGES, _outbox, {"outbox_id": 999_999}),
    "administration:retry": detail(_MESSAGES, _outbox, {"outbox_id": 999_999}, posted=True),
    "administration:endpoints": gated(_MESSAGES, "other systems, no row of a department"),
    "administration:new-endpoint": gated(_MESSAGES, "a form", posted=True),
    "administration:endpoint": detail(_MESSAGES, _endpoints, {"name": "nothing"}, posted=True),
    "administration:endpoint-secret": detail(
        _MESSAGES, _endpoints, {"name": "nothing"}, posted=True
    ),
    "applications:list": gated(_APPLICATIONS, "other systems, no row of a department"),
    "applications:register": gated(_APPLICATIONS, "a form", posted=True),
    "applications:application": detail(_APPLICATIONS, _applications, {"code": "nothing"}),
    "applications:issue": detail(_APPLICATIONS, _applications, {"code": "nothing"}, posted=True),
    "applications:revoke": detail(
        _APPLICATIONS, _tokens, {"code": "nothing", "token_id": 9}, posted=True
    ),
    "applications:close": detail(_APPLICATIONS, _applications, {"code": "nothing"}, posted=True),
}
