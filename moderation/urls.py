"""Addresses of moderation."""

from django.urls import path

from moderation.views import pairs, reporting, support, support_after

app_name = "moderation"
urlpatterns = [
    path("report/<slug:slug>/<seq:seq>/", reporting.report, name="report"),
    path("moderate/check-in/<str:name>/", pairs.check_in, name="check-in"),
    path("moderate/apart/", pairs.no_contact, name="no-contact"),
    # help beside one's own message
    path("support/<str:token>/", support.offer, name="support"),
    path("support/<str:token>/after/", support_after.after, name="support-after"),
]
