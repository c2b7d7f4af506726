"""Addresses of the cockpit."""

from django.urls import path

from nancheng.dashboards.cockpit import views

app_name = "cockpit"

urlpatterns = [path("", views.cockpit, name="cockpit")]
