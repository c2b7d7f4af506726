"""Addresses of the applications' pages."""

from django.urls import path

from nancheng.foundation.applications import views

app_name = "applications"

urlpatterns = [
    path("", views.applications, name="list"),
    path("register/", views.register, name="register"),
    path("<slug:code>/", views.application, name="application"),
    path("<slug:code>/tokens/", views.issue, name="issue"),
    path("<slug:code>/tokens/<int:token_id>/revoke/", views.revoke, name="revoke"),
    path("<slug:code>/close/", views.close, name="close"),
]
