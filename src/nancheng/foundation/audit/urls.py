"""Addresses of the audit."""

from django.urls import path

from nancheng.foundation.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.verification, name="verification"),
    path("verify/", views.verify, name="verify"),
]
