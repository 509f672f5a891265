"""Addresses of moderation."""

from django.urls import path

from moderation import views

app_name = "moderation"
urlpatterns = [
    path("report/<slug:slug>/<seq:seq>/", views.report, name="report"),
    path("moderate/check-in/<str:name>/", views.check_in, name="check-in"),
    path("moderate/apart/", views.no_contact, name="no-contact"),
]
