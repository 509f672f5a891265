"""What chat tells the apps above it and its own hub."""

import logging

from django.dispatch import Signal

# Inside the storing transaction, in a savepoint of its own: messages=list[Message]. A failing receiver
# loses the savepoint, never the messages.
messages_storing = Signal()

# After commit: stored=list[Stored], from whichever thread stored them.
messages_stored = Signal()

# After commit: room_id, top, revision. Something about what was said, or who may hear it, changed.
room_moved = Signal()

# After commit: member_id. What this member may hear changed outside any one room.
member_moved = Signal()


def log_failure(error: Exception) -> None:
    """Counts and logs that a receiver failed, by the kind of error only: its text may hold words of a member."""
    logging.getLogger("chat").error("a receiver of messages_storing failed: %s", type(error).__name__)
