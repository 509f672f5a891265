"""Addresses of rooms and messages."""

from django.urls import path, register_converter

from chat.views import (
    boundaries,
    calendars,
    conversations,
    curate_live,
    curate_series,
    host,
    live,
    live_after,
    live_ask,
    live_before,
    live_week,
    messages,
    rooms,
    roster,
    story_talk,
)


class SeqConverter:
    """A message's place: up to fifteen digits, so that no number is too large for a database."""

    regex = "[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(SeqConverter, "seq")

urlpatterns = [
    path("today/", rooms.today, name="today"),
    path("today/read/", rooms.read_all, name="rooms-read"),
    path("you/boundaries/", boundaries.page, name="you-boundaries"),
    path("rooms/", rooms.room_list, name="rooms"),
    path("rooms/<slug:slug>/", rooms.room, name="room"),
    path("rooms/<slug:slug>/join/", rooms.join, name="room-join"),
    path("rooms/<slug:slug>/leave/", rooms.leave, name="room-leave"),
    path("rooms/<slug:slug>/read/", rooms.read, name="room-read"),
    path("rooms/<slug:slug>/mute/", rooms.mute, name="room-mute"),
    path("rooms/<slug:slug>/post/", messages.post, name="room-post"),
    path("rooms/<slug:slug>/messages/", messages.history, name="room-messages"),
    path("rooms/<slug:slug>/m/<seq:seq>/", messages.message, name="message"),
    path("rooms/<slug:slug>/m/<seq:seq>/beside/", messages.beside_it, name="message-beside"),
    path("rooms/<slug:slug>/m/<seq:seq>/edit/", messages.edit, name="message-edit"),
    path("rooms/<slug:slug>/m/<seq:seq>/heads-up/", messages.heads_up, name="message-heads-up"),
    path("rooms/<slug:slug>/m/<seq:seq>/withdraw/", messages.withdraw, name="message-withdraw"),
    path("rooms/<slug:slug>/m/<seq:seq>/react/", messages.react, name="message-react"),
    path("stories/<slug:slug>/comments/", story_talk.comments, name="story-talk"),
    path("stories/<slug:slug>/comments/join/", story_talk.join, name="story-talk-join"),
    path("stories/<slug:slug>/comments/leave/", story_talk.leave, name="story-talk-leave"),
    path("stories/<slug:slug>/comments/choose/", story_talk.choose, name="story-talk-choose"),
    path("live/", live_week.week, name="live"),
    path("live/calendar/", live_week.month, name="live-calendar"),
    path("live/ask/", live_ask.ask, name="live-ask"),
    path("live/feed/", calendars.renew, name="live-feed-renew"),
    path("live/feed/<str:secret>.ics", calendars.feed, name="live-feed"),
    path("curate/live/", curate_live.week, name="curate-live"),
    path("curate/live/add/", curate_live.add, name="curate-live-add"),
    path("curate/live/series/", curate_series.add, name="curate-live-series-add"),
    path("curate/live/series/<seq:pk>/", curate_series.series, name="curate-live-series"),
    path("curate/live/<str:token>/", curate_live.one, name="curate-live-chat"),
    path("live/roster/", roster.page, name="live-roster"),
    path("live/<str:token>/", live.live_chat, name="live-chat"),
    path("live/<str:token>/sign-up/", live_before.sign_up, name="live-sign-up"),
    path("live/<str:token>/question/", live_before.question, name="live-question"),
    path("live/<str:token>/chat.ics", calendars.file, name="live-file"),
    path("live/<str:token>/enter/", live.enter, name="live-enter"),
    path("live/<str:token>/leave/", live.leave, name="live-leave"),
    path("live/<str:token>/felt/", live_after.felt, name="live-felt"),
    path("live/<str:token>/state/", live_after.state, name="live-state"),
    path("host/<str:token>/", host.host, name="live-host"),
    path("host/<str:token>/<slug:act>/", host.act, name="live-host-act"),
    path("today/note/<str:token>/", host.note_seen, name="live-note-seen"),
    path("messages/", conversations.messages, name="messages"),
    path("messages/search/", conversations.search, name="messages-search"),
    path("messages/ask/<str:name>/", conversations.ask, name="ask"),
    path("messages/requests/<str:token>/", conversations.request_met, name="request"),
    path("messages/<slug:slug>/", conversations.conversation, name="conversation"),
    path("messages/<slug:slug>/about/", conversations.about, name="conversation-about"),
    path("messages/<slug:slug>/end/", conversations.end, name="conversation-end"),
    path("messages/<slug:slug>/delete/", conversations.delete, name="conversation-delete"),
]
