"""Addresses of notices."""

from django.urls import path

from nancheng.foundation.messages import views

app_name = "notices"

urlpatterns = [
    path("", views.notices, name="list"),
    path("subscriptions/", views.subscriptions, name="subscriptions"),
    path("read/", views.read_all, name="read-all"),
    path("<int:notice_id>/", views.open_notice, name="open"),
]
