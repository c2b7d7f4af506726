"""The one list of lines of business. Adding a domain is a folder and a word here."""

from __future__ import annotations

DOMAINS = ("funds",)
DASHBOARDS = ("cockpit",)

# Apps in import order: an app may import those above it.
FOUNDATION = ("web", "people", "messages", "files", "register", "ledger", "cases")

PROCESS_BINDINGS = tuple(f"nancheng.domains.{domain}.process.BINDINGS" for domain in DOMAINS)

# What each module calls its refusals, for the page that explains them.
REFUSALS = (
    "nancheng.foundation.people.refusals.REFUSALS",
    "nancheng.foundation.cases.refusals.REFUSALS",
    "nancheng.foundation.ledger.refusals.REFUSALS",
    "nancheng.foundation.register.refusals.REFUSALS",
    "nancheng.foundation.files.refusals.REFUSALS",
    *(f"nancheng.domains.{domain}.refusals.REFUSALS" for domain in DOMAINS),
)

# Who may read a file is said by the app that owns the case.
FILE_READERS = ("nancheng.foundation.cases.queries.may_read_case",)

# Panels that other apps add to a project's page: functions of (project, actor) → panel or None.
PROJECT_PANELS = ("nancheng.domains.funds.queries.project_panel",)

# Where each app's pages stand.
MOUNTS = (
    ("account/", "foundation.people"),
    ("notices/", "foundation.messages"),
    ("files/", "foundation.files"),
    ("register/", "foundation.register"),
    ("", "foundation.cases"),
    *((f"{domain}/", f"domains.{domain}") for domain in DOMAINS),
    *((f"{dashboard}/", f"dashboards.{dashboard}") for dashboard in DASHBOARDS),
)

# What `nancheng work` sweeps: functions of (at) that return how much they did.
JOBS = (
    "nancheng.foundation.cases.jobs.fire_due",
    "nancheng.foundation.messages.jobs.deliver_due",
)

# `nancheng demo`: who is there, what happened, and who one may be.
DEMO_PEOPLE = ("nancheng.config.demo.people.put",)
# Stories are told by the domains: tell(*, at, say); people: config/demo/data/persons.csv.
DEMO_STORIES = ("nancheng.domains.funds.demo.tell",)
DEMO_CAST = ("nancheng.config.demo.people.cast",)
