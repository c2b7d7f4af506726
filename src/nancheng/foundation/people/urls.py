"""Addresses of people's pages."""

from django.urls import path

from nancheng.foundation.people import absences, views
from nancheng.foundation.people.factors import views as factors

app_name = "people"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", factors.sign_in_code, name="sign-in-code"),
    path("second-factor/", factors.second_factor, name="second-factor"),
    path("second-factor/codes/", factors.recovery_codes, name="recovery-codes"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("identity/", views.switch_identity, name="switch-identity"),
    path("language/", views.switch_language, name="switch-language"),
    path("password/", views.change_password, name="change-password"),
    path("absences/", absences.absences, name="absences"),
    path("absences/new/", absences.new_absence, name="new-absence"),
    path("absences/<int:absence_id>/end/", absences.end_absence, name="end-absence"),
]
