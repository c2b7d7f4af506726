"""Addresses of the register."""

from django.urls import path

from nancheng.foundation.register import lists, places, views

app_name = "register"

urlpatterns = [
    path("projects/", lists.projects, name="projects"),
    path("projects/new/", views.new_project, name="project-new"),
    path("projects/<str:number>/", views.project, name="project"),
    path("projects/<str:number>/edit/", views.edit_project, name="project-edit"),
    path("projects/<str:number>/stage/", views.move_project, name="project-stage"),
    path(
        "projects/<str:number>/milestones/<slug:code>/",
        views.milestone,
        name="project-milestone",
    ),
    path("organisations/", lists.organisations, name="organisations"),
    path("organisations/new/", views.new_organisation, name="organisation-new"),
    path("organisations/<str:uscc>/", views.organisation, name="organisation"),
    path("organisations/<str:uscc>/edit/", views.edit_organisation, name="organisation-edit"),
    path("park/", places.park, name="park"),
    path("places/", lists.places, name="places"),
    path("places/new/", places.new_place, name="place-new"),
    path("places/<str:code>/", places.place, name="place"),
    path("places/<str:code>/edit/", places.edit_place, name="place-edit"),
]
