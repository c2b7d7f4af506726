"""Addresses of work lists, cases and tasks."""

from django.urls import path

from nancheng.foundation.cases import desks, lists, views
from nancheng.foundation.cases.circulation import views as circulation
from nancheng.foundation.cases.opinions import views as opinions

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
    path("cases/", lists.search, name="search"),
    path("cases/departments/", lists.departments, name="departments"),
    path("cases/processes/", lists.processes, name="processes"),
    path("cases/processes/<str:kind>/", lists.process, name="process"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/history/", views.history, name="history"),
    path("cases/<str:number>/ask/", opinions.ask, name="ask"),
    path("cases/<str:number>/circulate/", circulation.send, name="circulate"),
    path("cases/<str:number>/<slug:verb>/", views.case_verb, name="case-verb"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("tasks/<int:task_id>/clock/", views.clock, name="clock"),
    path("tasks/<int:task_id>/<slug:verb>/", views.task_verb, name="task-verb"),
]
