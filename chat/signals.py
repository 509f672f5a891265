"""What chat tells the apps above it and its own hub."""

import logging

from django.dispatch import Signal

# In the event loop: drafts, which wait to be checked and stored. A receiver returns None, and does not wait.
messages_coming = Signal()

# Inside the storing transaction, in a savepoint of its own: messages=list[Message]. A failing receiver
# loses the savepoint, never the messages.
messages_storing = Signal()

# After commit: stored=list[Stored], from whichever thread stored them.
messages_stored = Signal()

# After commit: room_id, top, revision. Something about what was said, or who may hear it, changed.
room_moved = Signal()

# After commit: member_id. The member has another place.
member_moved = Signal()

# After commit: room_ids of live chats. How they stand changed: a prompt, a pause, an end.
live_moved = Signal()

# Inside the transaction: chat, by, is_needed. Whoever leads a live chat calls a moderator, or says that none is needed.
moderator_called = Signal()

# Inside a transaction: room_ids of conversations that both members deleted. A receiver answers with the set of those
# whose words must stay for now, as evidence.
conversations_left = Signal()

# Before messages of a live chat are deleted: room_id. A receiver answers with the set of ids of those that must stay
# for now, as evidence.
words_going = Signal()

# The demo community is there, just made or from an earlier start. Apps above add what is theirs, once.
demo_loaded = Signal()


def log_failure(error: Exception, signal: str = "messages_storing") -> None:
    """Logs that a receiver failed, by the kind of error only: its text may hold words of a member."""
    logging.getLogger("chat").error("a receiver of %s failed: %s", signal, type(error).__name__)
