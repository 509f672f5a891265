"""Addresses of community: pages for everyone, joining and signing in, one's own pages."""

from allauth.account import urls as allauth_urls
from django.urls import include, path
from django.views.generic import RedirectView

from community.views import (
    account,
    apart,
    curate,
    curate_entry,
    curate_lists,
    health,
    helping,
    join,
    leaving,
    notices,
    plan,
    resources,
    review,
    review_story,
    review_text,
    saved,
    saved_stories,
    search,
    static_pages,
    stories,
    story_mine,
    story_outside,
    story_pictures,
    story_write,
    topics,
    you,
)

everyone = [
    path("", static_pages.landing, name="landing"),
    path("help-now/", helping.help_now, name="help-now"),
    path("help-now/all/", helping.all_countries, name="help-all"),
    path("help-now/<slug:slug>/", helping.exercise, name="help-exercise"),
    path("search/", search.page, name="search"),
    path("leave/", leaving.leave, name="leave"),
    path("guidelines/", static_pages.page, {"template": "guidelines"}, name="guidelines"),
    path("about/", static_pages.page, {"template": "about"}, name="about"),
    path("privacy/", static_pages.page, {"template": "privacy"}, name="privacy"),
    path("accessibility/", static_pages.page, {"template": "accessibility"}, name="accessibility"),
    path("sw.js", static_pages.service_worker, name="service-worker"),
    path("manifest.webmanifest", static_pages.manifest, name="manifest"),
    path("sitemap.xml", story_outside.sitemap, name="sitemap"),
    path("sitemap-stories-<int:number>.xml", story_outside.sitemap_part, name="sitemap-part"),
    path("robots.txt", static_pages.robots, name="robots"),
    path(".well-known/security.txt", static_pages.security_txt, name="security-txt"),
    path(".well-known/change-password", RedirectView.as_view(pattern_name="account_change_password"),
         name="change-password"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]  # fmt: skip

joining = [
    path("join/", join.join, name="join"),
    path("join/name/", join.name_free, name="join-name-free"),
    path("join/under-18/", join.under_18, name="under-18"),
    path("welcome/rules/", join.rules, name="rules"),
]

# allauth's own addresses for these two would win when a name is reversed.
_accounts = [one for one in allauth_urls.urlpatterns if one.name not in ("account_login", "account_signup")]

signing_in = [
    path("sign-in/", account.sign_in, name="account_login"),
    path("account/signup/", RedirectView.as_view(pattern_name="join"), name="account_signup"),
    path("account/", include(_accounts)),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", account.sessions, name="usersessions_list"),
]

own = [
    path("you/", you.you, name="you"),
    path("you/profile/", you.profile, name="you-profile"),
    path("you/display/", you.display, name="you-display"),
    path("you/privacy/", you.privacy, name="you-privacy"),
    path("you/apart/", apart.kept_away, name="you-apart"),
    path("you/plan/", plan.plan, name="plan"),
    path("you/plan/edit/", plan.edit, name="plan-edit"),
    path("you/plan/delete/", plan.delete, name="plan-delete"),
    path("you/plan/keep/", plan.keep, name="plan-keep"),
    path("you/plan/offline/", plan.offline, name="plan-offline"),
    path("you/topics/", topics.page, name="you-topics"),
    path("you/boundaries/topics/", topics.change, name="topics"),
    path("people/<str:name>/", you.person, name="profile"),
    path("people/<str:name>/block/", apart.block, name="block"),
    path("people/<str:name>/unblock/", apart.unblock, name="unblock"),
    path("people/<str:name>/mute/", apart.mute, name="mute"),
    path("people/<str:name>/unmute/", apart.unmute, name="unmute"),
]

news = [
    path("notifications/", notices.page, name="notifications"),
    path("notifications/seen/", notices.seen, name="notifications-seen"),
    path("notifications/push/add/", notices.push_add, name="push-add"),
    path("notifications/push/remove/", notices.push_remove, name="push-remove"),
    path("notifications/push/known/", notices.push_known, name="push-known"),
    path("notifications/stop/<str:token>/", notices.stop, name="digest-stop"),
]

directory = [
    path("resources/", resources.resources, name="resources"),
    path("resources/missing/", resources.missing, name="resource-missing"),
    path("resources/country/<str:code>/", resources.country, name="resources-country"),
    path("resources/<slug:slug>/", resources.resource, name="resource"),
    path("resources/<slug:slug>/wrong/", resources.wrong, name="resource-wrong"),
    path("resources/<slug:slug>/save/", saved.save, name="resource-save"),
    path("saved/", saved.saved, name="saved"),
    path("saved/offline/", saved.offline, name="saved-offline"),
    path("saved/<slug:slug>/note/", saved.note, name="saved-note"),
    path("saved/<slug:slug>/keep/", saved.keep, name="saved-keep"),
]

library = [
    path("stories/", stories.stories, name="stories"),
    path("stories/write/", story_write.write, name="story-write"),
    path("stories/write/preview/", story_write.preview, name="story-preview"),
    path("stories/mine/", story_mine.mine, name="stories-mine"),
    path("stories/mine/<int:pk>/", story_mine.one, name="story-mine"),
    path("stories/mine/<int:pk>/act/", story_mine.act, name="story-act"),
    path("stories/mine/<int:pk>/text/", story_write.change, name="story-text"),
    path("stories/mine/<int:pk>/hand-in/", story_mine.hand_in, name="story-hand-in"),
    path("stories/mine/<int:pk>/pictures/", story_pictures.add, name="story-pictures"),
    path("stories/pictures/<slug:digest>.webp", story_pictures.picture, name="story-picture"),
    path("stories/review/", static_pages.page, {"template": "story_review_means"}, name="story-review-means"),
    path("stories/feed/", story_outside.feed, name="story-feed"),
    path("stories/reading/", stories.reading, name="story-reading"),
    path("stories/<slug:slug>/", stories.story, name="story"),
    path("stories/<slug:slug>/say/", stories.say, name="story-say"),
    path("stories/<slug:slug>/save/", saved_stories.save, name="story-save"),
    path("stories/<slug:slug>/note/", saved_stories.note, name="story-note"),
    path("stories/<slug:slug>/tell/", stories.tell, name="story-tell"),
    path("saved/stories/<int:pk>/out/", saved_stories.out, name="saved-story-out"),
]

curation = [
    path("curate/", curate.work, name="curate"),
    path("curate/coverage/", curate.coverage, name="curate-coverage"),
    path("curate/missing/", curate.missing, name="curate-missing"),
    path("curate/add/", curate_entry.add, name="curate-add"),
    path("curate/files/", curate_lists.take_in, name="curate-files"),
    path("curate/files/out/", curate_lists.give_out, name="curate-give-out"),
    path("curate/order/<str:country>/<str:level>/", curate_lists.order, name="curate-order"),
    path("curate/e/<slug:slug>/", curate.entry, name="curate-entry"),
    path("curate/e/<slug:slug>/change/", curate_entry.change, name="curate-change"),
    path("curate/e/<slug:slug>/check/", curate.check, name="curate-check"),
    path("curate/e/<slug:slug>/withdraw/", curate.withdraw, name="curate-withdraw"),
    path("curate/e/<slug:slug>/restore/", curate.restore, name="curate-restore"),
    path("curate/e/<slug:slug>/reports/<int:pk>/", curate.answer, name="curate-answer"),
    path("curate/e/<slug:slug>/<int:number>/", curate_entry.read, name="curate-read"),
    path("curate/e/<slug:slug>/<int:number>/preview/", curate_entry.preview, name="curate-preview"),
]

reviewing = [
    path("review/", review.desk, name="review"),
    path("review/name/", review.byline, name="review-byline"),
    path("review/told/<int:pk>/", review.told, name="review-told"),
    path("review/s/<slug:slug>/", review_story.story, name="review-story"),
    path("review/s/<slug:slug>/<int:number>/", review_text.text, name="review-text"),
]

urlpatterns = [*everyone, *directory, *library, *joining, *signing_in, *own, *news, *curation, *reviewing]
