"""Addresses of moderation."""

from django.urls import path, register_converter

from moderation.views import (
    care,
    care_breaks,
    care_lead,
    case,
    colleagues,
    deciding,
    pairs,
    queue,
    replies,
    reporting,
    statements,
    support,
    support_after,
    times,
    trail,
)
from moderation.views.addresses import CaseToken

register_converter(CaseToken, "case")

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
    path("stories/<slug:slug>/report/", reporting.report_story, name="report-story"),
    # help beside one's own message
    path("support/<str:token>/", support.offer, name="support"),
    path("support/<str:token>/after/", support_after.after, name="support-after"),
    # The console of moderators. A token of a case has 22 characters, so that it is never one of the words beside it.
    path("moderate/", queue.queue, name="queue"),
    path("moderate/times/", times.times, name="times"),
    path("moderate/audit/", trail.trail, name="audit"),
    path("moderate/audit/file/", trail.export, name="audit-export"),
    # care of oneself, and what leads do for others
    path("moderate/minute/", care.minute, name="minute"),
    path("moderate/care/", care.care_page, name="care"),
    path("moderate/care/break/", care_breaks.rest, name="care-break"),
    path("moderate/care/how/", care.how, name="care-how"),
    path("moderate/care/company/", care.company, name="care-company"),
    path("moderate/care/in-touch/", care_lead.in_touch, name="care-in-touch"),
    path("moderate/care/limits/", care_lead.limits, name="care-limits"),
    path("moderate/care/of/<str:name>/", care_lead.person, name="care-person"),
    path("moderate/next/", queue.take_next, name="take-next"),
    path("moderate/give-back/", queue.release_all, name="release-all"),
    path("moderate/<case:token>/", case.case, name="case"),
    path("moderate/<case:token>/take/", case.take, name="take"),
    path("moderate/<case:token>/renew/", case.renew, name="renew"),
    path("moderate/<case:token>/give-back/", case.release, name="release"),
    path("moderate/<case:token>/note/", colleagues.note, name="note"),
    path("moderate/<case:token>/second/", colleagues.second, name="second"),
    path("moderate/<case:token>/key/", colleagues.key, name="key"),
    path("moderate/<case:token>/decide/", deciding.decide, name="decide"),
    path("moderate/<case:token>/undo/", deciding.undo, name="undo"),
    path("moderate/<case:token>/answer/", deciding.answer, name="answer"),
]
