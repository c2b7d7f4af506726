"""Addresses of confirmations."""

from django.urls import path

from nancheng.foundation.confirmations import views

app_name = "confirmations"

urlpatterns = [
    path("", views.confirmations, name="list"),
    path("<int:confirmation_id>/", views.confirmation, name="confirmation"),
    path("<int:confirmation_id>/withdraw/", views.withdraw, name="withdraw"),
]
