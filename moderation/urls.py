"""Addresses of moderation."""

from django.urls import path, register_converter

from moderation.views import (
    case,
    colleagues,
    deciding,
    pairs,
    queue,
    replies,
    reporting,
    roster,
    shift,
    statements,
    support,
    support_after,
    times,
    trail,
    watching,
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
    path("moderate/next/", queue.take_next, name="take-next"),
    path("moderate/give-back/", queue.release_all, name="release-all"),
    path("moderate/shift/", shift.shift, name="shift"),
    path("moderate/shift/begin/", shift.begin, name="shift-begin"),
    path("moderate/shift/later/", shift.later, name="shift-later"),
    path("moderate/shift/read/", shift.read, name="shift-read"),
    path("moderate/shift/hand/", shift.hand, name="shift-hand"),
    path("moderate/shift/end/", shift.end, name="shift-end"),
    path("moderate/watched/end/", watching.unwatch, name="unwatch"),
    path("moderate/roster/", roster.page, name="roster"),
    path("moderate/roster/add/", roster.add, name="roster-add"),
    path("moderate/roster/withdraw/", roster.withdraw, name="roster-withdraw"),
    path("moderate/<case:token>/", case.case, name="case"),
    path("moderate/<case:token>/take/", case.take, name="take"),
    path("moderate/<case:token>/renew/", case.renew, name="renew"),
    path("moderate/<case:token>/give-back/", case.release, name="release"),
    path("moderate/<case:token>/watch/", watching.watch, name="watch"),
    path("moderate/<case:token>/note/", colleagues.note, name="note"),
    path("moderate/<case:token>/second/", colleagues.second, name="second"),
    path("moderate/<case:token>/key/", colleagues.key, name="key"),
    path("moderate/<case:token>/decide/", deciding.decide, name="decide"),
    path("moderate/<case:token>/undo/", deciding.undo, name="undo"),
    path("moderate/<case:token>/answer/", deciding.answer, name="answer"),
]
