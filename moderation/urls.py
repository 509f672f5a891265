"""Addresses of moderation."""

from django.urls import path

from moderation.views import pairs, replies, reporting, statements, support

app_name = "moderation"
urlpatterns = [
    path("report/<slug:slug>/<seq:seq>/", reporting.report, name="report"),
    path("moderate/check-in/<str:name>/", pairs.check_in, name="check-in"),
    path("moderate/apart/", pairs.no_contact, name="no-contact"),
    # The member's side: what was decided about oneself, what one told moderators.
    path("you/decisions/", statements.decisions, name="decisions"),
    path("you/decisions/<str:token>/", statements.decision, name="decision"),
    path("you/reports/", reporting.told, name="reports"),
    path("moderate/needs-reply/", replies.needs_reply, name="needs-reply"),
    path("people/<str:name>/report/", reporting.report_member, name="report-member"),
    path("messages/<slug:slug>/report/", reporting.report_conversation, name="report-conversation"),
    # help beside one's own message
    path("support/<str:token>/", support.offer, name="support"),
]
