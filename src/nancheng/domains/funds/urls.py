"""Addresses of special bonds."""

from django.urls import path

from nancheng.domains.funds.views import applying, lists, pages

app_name = "funds"

urlpatterns = [
    path("bonds/", lists.bond_list, name="bonds"),
    path("bonds/<str:code>/", pages.bond, name="bond"),
    path("projects/", lists.project_list, name="projects"),
    path("projects/<str:number>/", pages.project, name="project"),
    path("projects/<str:number>/ledger/", lists.ledger, name="ledger"),
    path("payments/", lists.payment_list, name="payments"),
    path("payments/apply/", applying.sources, name="sources"),
    path("payments/apply/<int:contract_id>/", applying.apply, name="apply"),
    path("payments/<int:case_id>/again/", applying.again, name="apply-again"),
    path("screenings/<int:screening_id>/", pages.screening, name="screening"),
]
