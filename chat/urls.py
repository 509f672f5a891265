"""Addresses of rooms and messages."""

from django.urls import path, register_converter

from chat.views import boundaries, conversations, messages, rooms


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
    path("messages/", conversations.messages, name="messages"),
    path("messages/search/", conversations.search, name="messages-search"),
    path("messages/ask/<str:name>/", conversations.ask, name="ask"),
    path("messages/requests/<str:token>/", conversations.request_met, name="request"),
    path("messages/<slug:slug>/", conversations.conversation, name="conversation"),
    path("messages/<slug:slug>/about/", conversations.about, name="conversation-about"),
    path("messages/<slug:slug>/end/", conversations.end, name="conversation-end"),
    path("messages/<slug:slug>/delete/", conversations.delete, name="conversation-delete"),
]
