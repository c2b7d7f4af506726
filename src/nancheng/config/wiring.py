"""The one list of lines of business. Adding a domain is a folder and a word here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nancheng.foundation.web.menu import Group, Item

DOMAINS = ("funds", "concerns")
DASHBOARDS = ("cockpit",)
# What other systems talk to.
DOORS = ("api",)

# Apps in import order: an app may import those above it.
FOUNDATION = (
    "web",
    "journal",
    "people",
    "messages",
    "files",
    "register",
    "ledger",
    "limits",
    "confirmations",
    "cases",
    "audit",
    "administration",
    "applications",
)

PROCESS_BINDINGS = tuple(f"nancheng.domains.{domain}.process.BINDINGS" for domain in DOMAINS)

# Dangerous operations that need two persons: tuples of confirmations.operations.Operation.
TWO_HANDS: tuple[str, ...] = (
    "nancheng.foundation.cases.calendar.OPERATIONS",
    "nancheng.foundation.cases.reopening.operations.OPERATIONS",
    "nancheng.foundation.cases.corrections.OPERATIONS",
    "nancheng.foundation.cases.extensions.OPERATIONS",
    "nancheng.foundation.administration.operations.OPERATIONS",
    "nancheng.foundation.administration.leaving.OPERATIONS",
    "nancheng.foundation.applications.operations.OPERATIONS",
)

# What each module calls its refusals, for the page that explains them.
REFUSALS = (
    "nancheng.foundation.people.refusals.REFUSALS",
    "nancheng.foundation.cases.refusals.REFUSALS",
    "nancheng.foundation.cases.faults.REFUSALS",
    "nancheng.foundation.ledger.refusals.REFUSALS",
    "nancheng.foundation.register.refusals.REFUSALS",
    "nancheng.foundation.files.refusals.REFUSALS",
    "nancheng.foundation.messages.refusals.REFUSALS",
    "nancheng.foundation.applications.refusals.REFUSALS",
    "nancheng.api.refusals.REFUSALS",
    "nancheng.foundation.limits.refusals.REFUSALS",
    "nancheng.foundation.confirmations.refusals.REFUSALS",
    "nancheng.foundation.audit.refusals.REFUSALS",
    "nancheng.config.backups.refusals.REFUSALS",
    *(f"nancheng.domains.{domain}.refusals.REFUSALS" for domain in DOMAINS),
)

# A dated setting by code, for the apps below cases.
DATED_SETTING = "nancheng.foundation.cases.queries.parameter"

# What the apps below ask about cases: the kind of one (by id), and all kinds with their names.
CASE_KIND = "nancheng.foundation.cases.queries.kind"
CASE_KINDS = "nancheng.foundation.cases.lists.kinds"

# Who may read a file is said by the app that owns the case.
FILE_READERS = ("nancheng.foundation.cases.queries.may_read_case",)

# Whether a case still takes files, too.
FILE_GUARDS = ("nancheng.foundation.cases.archive.queries.takes_papers",)

# Panels that other apps add to a project's page: functions of (project, actor) → panel or None.
PROJECT_PANELS = ("nancheng.domains.funds.queries.panel.of_project",)

# Where each app's pages stand.
MOUNTS = (
    ("account/", "foundation.people"),
    ("notices/", "foundation.messages"),
    ("files/", "foundation.files"),
    ("register/", "foundation.register"),
    ("applications/", "foundation.applications"),
    ("api/v1/", "api"),
    ("confirmations/", "foundation.confirmations"),
    ("audit/", "foundation.audit"),
    ("system/", "foundation.administration"),
    ("", "foundation.cases"),
    *((f"{domain}/", f"domains.{domain}") for domain in DOMAINS),
    *((f"{dashboard}/", f"dashboards.{dashboard}") for dashboard in DASHBOARDS),
)

# What `nancheng work` sweeps: functions of (at) that return how much they did.
JOBS = (
    "nancheng.foundation.cases.jobs.fire_due",
    "nancheng.foundation.people.leaving.actions.end_due",
    "nancheng.foundation.cases.leaving.actions.hand_over_due",
    "nancheng.foundation.cases.delivery.deliver_due",
    "nancheng.foundation.cases.errands.purge_done",
    "nancheng.foundation.cases.reprojection.reproject_due",
    "nancheng.foundation.cases.opinions.actions.remind_near",
    "nancheng.foundation.cases.supervision.actions.remind_near",
    "nancheng.foundation.cases.pool.actions.return_idle",
    "nancheng.foundation.cases.migrating.migrate_due",
    "nancheng.foundation.cases.calendar_watch.warn_missing",
    "nancheng.foundation.cases.supplements.lapse",
    "nancheng.foundation.confirmations.jobs.lapse_due",
    "nancheng.foundation.ledger.jobs.expire_due",
    "nancheng.foundation.messages.jobs.deliver_due",
    "nancheng.foundation.files.jobs.sweep",
    "nancheng.foundation.audit.jobs.seal_daily",
    "nancheng.foundation.audit.jobs.verify",
    "nancheng.foundation.applications.jobs.sweep",
    "nancheng.foundation.web.statistics.refresh",
)

# `nancheng demo`: who is there, what happened, and who one may be.
DEMO_PEOPLE = ("nancheng.config.demo.people.put",)
# Stories are told by the domains: tell(*, at, say); people: config/demo/data/persons.csv.
DEMO_STORIES = (
    "nancheng.domains.funds.demo.story.tell",
    "nancheng.domains.concerns.demo.tell",
)
DEMO_CAST = ("nancheng.config.demo.people.cast",)

# The left menu; a line is shown to identities that are granted its verb.
MENU = (
    Group(
        _("工作台"),
        (
            Item(
                _("我的待办"),
                "cases:inbox",
                "inbox",
                count="nancheng.foundation.cases.worklist.waiting",
            ),
            Item(
                _("协同事项"),
                "cases:together",
                "people",
                count="nancheng.foundation.cases.together.waiting",
            ),
            Item(_("发起办件"), "cases:openings", "plus", verb="case.open"),
            Item(_("督办单"), "cases:slips", "target", verb="case.view"),
            Item(_("我的已办"), "cases:done", "check"),
            Item(_("我发起的"), "cases:started", "send"),
            Item(_("办件查询"), "cases:search", "search", verb="case.view"),
            Item(_("异常办件"), "cases:incidents", "warning", verb="case.retry"),
            Item(
                _("两人复核"),
                "confirmations:list",
                "shield",
                count="nancheng.foundation.confirmations.queries.waiting",
            ),
            Item(_("授权代理"), "people:absences", "share"),
        ),
    ),
    Group(
        _("综合协调"),
        (Item(_("协调事项"), "concerns:concerns", "flow", verb="concerns.concern.view"),),
    ),
    Group(
        _("专项债券"),
        (
            Item(_("债券台账"), "funds:bonds", "book", verb="funds.bond.view"),
            Item(_("项目资金"), "funds:projects", "yen", verb="funds.project.view"),
            Item(_("资金拨付"), "funds:payments", "card", verb="funds.payment.view"),
        ),
    ),
    Group(
        _("项目与企业"),
        (
            Item(_("项目库"), "register:projects", "folder", verb="register.project.view"),
            Item(_("芯片产业园"), "register:park", "building", verb="register.place.view"),
            Item(_("场所台账"), "register:places", "map", verb="register.place.view"),
            Item(
                _("单位名录"),
                "register:organisations",
                "people",
                verb="register.organisation.view",
            ),
        ),
    ),
    Group(
        _("决策分析"),
        (
            Item(_("驾驶舱"), "cockpit:cockpit", "gauge", verb="cockpit.view"),
            Item(_("部门红黄绿灯"), "cases:departments", "bars", verb="case.view"),
            Item(_("归档目录"), "cases:archives", "folder", verb="case.view"),
            Item(_("流程图库"), "cases:processes", "flow", verb="case.view"),
            Item(_("时限规则"), "cases:limits", "clock"),
            Item(_("节假日安排"), "cases:calendars", "calendar"),
            Item(_("作息时间"), "cases:office-hours", "settings", verb="calendar.load"),
        ),
    ),
    Group(
        _("系统审计"),
        (
            Item(_("审计核验"), "audit:verification", "shield", verb="audit.view"),
            Item(_("操作日志"), "administration:log", "list", verb="system.audit"),
        ),
    ),
    Group(
        _("系统管理"),
        (
            Item(_("账号管理"), "administration:accounts", "people", verb="system.accounts"),
            Item(_("职责与授权"), "administration:duties", "key", verb="system.grants"),
            Item(_("消息发送"), "administration:outbox", "send", verb="system.messages"),
            Item(_("接口应用"), "applications:list", "link", verb="application.manage"),
        ),
    ),
)
# The words a token may be given, with the calls that each of them opens.
TOKEN_WORDS = "nancheng.api.assembly.verbs"
# What a copy of a person's data holds: a name in the file, and a function of the person's id.
PERSONAL_DATA = {
    "account": "nancheng.foundation.people.personal.account",
    "posts": "nancheng.foundation.people.personal.posts",
    "delegations": "nancheng.foundation.people.personal.delegations",
    "security_log": "nancheng.foundation.people.personal.security_log",
    "mail_subscriptions": "nancheng.foundation.messages.queries.personal",
}
# What verbs are called, by code.
VERB_WORDS = "nancheng.config.verbs.WORDS"
# What lists are called, by key, for the log of what was exported.
LIST_WORDS = "nancheng.config.lists.WORDS"
# What departments and posts are called in English, for whom a history names.
ENGLISH_NAME = "nancheng.foundation.people.directory.english"
TOKEN_KINDS = "nancheng.foundation.cases.lists.kinds"
SHELL = {
    "identities": "nancheng.foundation.people.queries.choices",
    "notices": "nancheng.foundation.messages.queries.unread",
    "alerts": "nancheng.foundation.cases.calendar_watch.alerts",
    "notices_page": "notices:list",
    "search_page": "cases:search",
}
