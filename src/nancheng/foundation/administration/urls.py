"""Addresses of the administrators' pages."""

from django.urls import path

from nancheng.foundation.administration import accounts, duties, log

app_name = "administration"

urlpatterns = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new-account"),
    path("accounts/<str:username>/", accounts.account, name="account"),
    path("accounts/<str:username>/switch/", accounts.switch, name="switch"),
    path("accounts/<str:username>/reset/", accounts.reset, name="reset"),
    path("accounts/<str:username>/appoint/", accounts.appoint, name="appoint"),
    path("accounts/<str:username>/dismiss/<int:identity_id>/", accounts.dismiss, name="dismiss"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<str:code>/", duties.duty, name="duty"),
    path("log/", log.log, name="log"),
]
