"""Addresses of attachments."""

from django.urls import path

from nancheng.foundation.files import views

app_name = "files"

urlpatterns = [
    path("<int:attachment_id>/", views.download, name="download"),
    path("<int:attachment_id>/remove/", views.remove, name="remove"),
]
