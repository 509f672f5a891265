"""Addresses of moderation."""

from django.urls import path, register_converter

from moderation.views import (
    case,
    colleagues,
    deciding,
    dry_runs,
    pairs,
    phrase_drafts,
    phrase_lists,
    phrases,
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
    # The site's own phrases. Tokens have 22 characters here, too.
    path("moderate/phrases/", phrases.overview, name="phrases"),
    path("moderate/phrases/file/", phrases.export, name="phrases-file"),
    path("moderate/phrases/back/", phrases.go_back, name="phrases-back"),
    path("moderate/phrases/try/", phrases.try_text, name="phrases-try"),
    path("moderate/phrases/draft/", phrase_drafts.begin, name="phrase-draft"),
    path("moderate/phrases/list/<str:group>/", phrases.one_list, name="phrase-list"),
    path("moderate/phrases/<case:token>/", phrase_drafts.version, name="phrase-version"),
    path("moderate/phrases/<case:token>/change/", phrase_drafts.change, name="phrase-change"),
    path("moderate/phrases/<case:token>/why/", phrase_drafts.why, name="phrase-why"),
    path("moderate/phrases/<case:token>/note/", phrase_drafts.note, name="phrase-note"),
    path("moderate/phrases/<case:token>/check/", phrase_drafts.check, name="phrase-check"),
    path("moderate/phrases/<case:token>/step/", phrase_drafts.step, name="phrase-step"),
    path("moderate/phrases/<case:token>/add/", phrase_lists.add, name="phrase-add"),
    path("moderate/phrases/<case:token>/list/", phrase_lists.new_list, name="phrase-new-list"),
    path("moderate/phrases/<case:token>/list/<str:key>/", phrase_lists.settings, name="phrase-settings"),
    path("moderate/phrases/<case:token>/release/", phrase_lists.release, name="phrase-release"),
    path("moderate/phrases/<case:token>/count/", dry_runs.ask, name="dry-run-ask"),
    path("moderate/phrases/counted/<case:token>/", dry_runs.dry_run, name="dry-run"),
    path("moderate/phrases/counted/<case:token>/state/", dry_runs.state, name="dry-run-state"),
    path("moderate/phrases/counted/<case:token>/stop/", dry_runs.stop, name="dry-run-stop"),
    path("moderate/phrases/counted/<case:token>/<str:way>/<int:number>/", dry_runs.sample, name="dry-run-sample"),
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
