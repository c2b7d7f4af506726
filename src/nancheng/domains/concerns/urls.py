"""Addresses of coordination concerns."""

from django.urls import path

from nancheng.domains.concerns import views

app_name = "concerns"

urlpatterns = [
    path("", views.concerns, name="concerns"),
    path("<int:case_id>/result/", views.result, name="result"),
]
