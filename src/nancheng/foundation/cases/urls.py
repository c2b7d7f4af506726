"""Addresses of work lists, cases and tasks."""

from django.urls import path

from nancheng.foundation.cases import lists, views

app_name = "cases"

urlpatterns = [
    path("", lists.home, name="home"),
    path("desk/", lists.inbox, name="inbox"),
    path("desk/done/", lists.done, name="done"),
    path("desk/started/", lists.started, name="started"),
    path("desk/claim/", lists.claim_many, name="claim-many"),
    path("cases/", lists.search, name="search"),
    path("cases/departments/", lists.departments, name="departments"),
    path("cases/processes/", lists.processes, name="processes"),
    path("cases/processes/<str:kind>/", lists.process, name="process"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/history/", views.history, name="history"),
    path("cases/<str:number>/<slug:verb>/", views.case_verb, name="case-verb"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("tasks/<int:task_id>/clock/", views.clock, name="clock"),
    path("tasks/<int:task_id>/<slug:verb>/", views.task_verb, name="task-verb"),
]
