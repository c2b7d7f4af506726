"""Addresses of work lists, cases and tasks."""

from django.urls import path

from nancheng.foundation.cases import (
    calendar_views,
    clock_views,
    department_views,
    desks,
    lights,
    limit_views,
    lists,
    opening_views,
    troubles,
    versions,
    views,
)
from nancheng.foundation.cases.archive import views as archive
from nancheng.foundation.cases.circulation import views as circulation
from nancheng.foundation.cases.opinions import views as opinions
from nancheng.foundation.cases.reopening import views as reopening
from nancheng.foundation.cases.signing import views as signing
from nancheng.foundation.cases.supervision import views as supervision

app_name = "cases"

urlpatterns = [
    path("", lists.home, name="home"),
    path("desk/", lists.inbox, name="inbox"),
    path("desk/done/", lists.done, name="done"),
    path("desk/started/", lists.started, name="started"),
    path("desk/claim/", lists.claim_many, name="claim-many"),
    path("desk/together/", desks.together_list, name="together"),
    path("desk/asked/", desks.asked, name="asked"),
    path("desk/sent/", desks.sent, name="sent"),
    path("opinions/<int:opinion_id>/", opinions.opinion, name="opinion"),
    path("opinions/<int:opinion_id>/withdraw/", opinions.withdraw, name="opinion-withdraw"),
    path("circulations/<int:circulation_id>/", circulation.circulation, name="circulation"),
    path(
        "circulations/<int:circulation_id>/revoke/", circulation.revoke, name="circulation-revoke"
    ),
    path("desk/pool/", desks.pool, name="pool"),
    path("archives/", archive.archive_list, name="archives"),
    path("slips/", supervision.slip_list, name="slips"),
    path("slips/called/", supervision.called_for, name="slips-called"),
    path("slips/<int:slip_id>/", supervision.slip, name="slip"),
    path("slips/<int:slip_id>/<slug:verb>/", supervision.slip_verb, name="slip-verb"),
    path("cases/", lists.search, name="search"),
    path("cases/open/", opening_views.kinds, name="openings"),
    path("cases/open/<str:kind>/", opening_views.opening, name="opening"),
    path("cases/departments/", lights.departments, name="departments"),
    path("cases/departments/<int:department_id>/", department_views.department, name="department"),
    path("cases/processes/", lists.processes, name="processes"),
    path("cases/processes/<str:kind>/", lists.process, name="process"),
    path("cases/processes/<str:kind>/versions/", versions.versions, name="versions"),
    path("cases/migrations/<int:plan_id>/", versions.plan, name="migration"),
    path("cases/incidents/", troubles.listed, name="incidents"),
    path("cases/incidents/<slug:what>/<int:ref>/", troubles.incident, name="incident"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/clock/", clock_views.of_case, name="case-clock"),
    path("cases/<str:number>/history/", views.history, name="history"),
    path("cases/<str:number>/ask/", opinions.ask, name="ask"),
    path("cases/<str:number>/circulate/", circulation.send, name="circulate"),
    path("cases/<str:number>/archive/", archive.archive, name="archive"),
    path("cases/<str:number>/reopen/", reopening.ask, name="reopen"),
    path("cases/<str:number>/supervise/", supervision.issue, name="supervise"),
    path("cases/<str:number>/<slug:verb>/", views.case_verb, name="case-verb"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("tasks/<int:task_id>/add-signer/", signing.add, name="add-signer"),
    path("tasks/<int:task_id>/remove-signer/", signing.remove, name="remove-signer"),
    path("tasks/<int:task_id>/clock/", clock_views.of_task, name="clock"),
    path("clocks/<int:clock_id>/proof.<str:form>", clock_views.proof, name="clock-proof"),
    path("calendars/", calendar_views.calendars, name="calendars"),
    path("calendars/load/", calendar_views.load, name="calendar-load"),
    path("calendars/<int:year>/", calendar_views.year, name="calendar-year"),
    path("limits/", limit_views.rules, name="limits"),
    path("limits/<str:code>/", limit_views.rule, name="limit"),
    path("office-hours/", limit_views.office_hours, name="office-hours"),
    path("tasks/<int:task_id>/<slug:verb>/", views.task_verb, name="task-verb"),
]
