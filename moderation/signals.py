"""What moderation tells sockets, after commit. No words, no names."""

from django.dispatch import Signal

# Something in the queue changed: an item came, was taken, given back or closed.
queue_moved = Signal()

# member_id, message_id. The author of a message has ways to get help beside it.
support_offered = Signal()

# Somebody came on shift, or went.
shifts_moved = Signal()
