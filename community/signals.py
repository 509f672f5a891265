"""What community tells the apps above it, always after commit."""

from django.dispatch import Signal

# session_keys: list[str]. These sessions are over; their rows are gone.
session_ended = Signal()

# member_id. The member may not sign in any more, or not for now.
member_suspended = Signal()

# member_id. The account is closed.
member_left = Signal()

# member_ids: list[int]. What is new for these members changed: a notice came, or was seen.
notices_moved = Signal()
