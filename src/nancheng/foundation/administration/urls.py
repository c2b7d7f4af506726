"""Addresses of the administrators' pages."""

from django.urls import path

from nancheng.foundation.administration import (
    accounts,
    duties,
    endpoints,
    leaving,
    log,
    outbox,
    personal,
)

app_name = "administration"

urlpatterns = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new-account"),
    path("accounts/<str:username>/", accounts.account, name="account"),
    path("accounts/<str:username>/switch/", accounts.switch, name="switch"),
    path("accounts/<str:username>/reset/", accounts.reset, name="reset"),
    path("accounts/<str:username>/second-factor/", accounts.remove_factor, name="remove-factor"),
    path("accounts/<str:username>/data/", personal.ask, name="ask-data"),
    path("accounts/<str:username>/data/copy/", personal.take, name="take-data"),
    path("accounts/<str:username>/leave/", leaving.leave, name="leave"),
    path("accounts/<str:username>/erase/", leaving.erase, name="erase"),
    path("accounts/<str:username>/appoint/", accounts.appoint, name="appoint"),
    path("accounts/<str:username>/dismiss/<int:identity_id>/", accounts.dismiss, name="dismiss"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<str:code>/", duties.duty, name="duty"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/retry/", outbox.retry_all, name="retry-all"),
    path("outbox/<int:outbox_id>/", outbox.message, name="message"),
    path("outbox/<int:outbox_id>/retry/", outbox.retry, name="retry"),
    path("endpoints/", endpoints.endpoints, name="endpoints"),
    path("endpoints/new/", endpoints.new_endpoint, name="new-endpoint"),
    path("endpoints/<str:name>/", endpoints.endpoint, name="endpoint"),
    path("endpoints/<str:name>/secret/", endpoints.secret, name="endpoint-secret"),
    path("log/", log.log, name="log"),
]
