"""What community tells the apps above it, after commit where nothing else is said."""

from django.dispatch import Signal

# session_keys: list[str]. These sessions are over; their rows are gone.
session_ended = Signal()

# member_id. The member may not sign in any more, or not for now.
member_suspended = Signal()

# member_id. The account is closed.
member_left = Signal()

# Inside the transaction that stores it: pair, two member ids; whose, those of them who are given other words from now
# on; put_apart_by, the member id of whoever just ended all contact of the two, or None.
apart_changing = Signal()
# member_ids: list[int]. What is new for these members changed: a notice came, or was seen.
notices_moved = Signal()

# resource. After commit: an entry of the lists was published, verified or taken away.
resource_changed = Signal()

# story. After commit: a story came out, was changed or taken away; or its writer agreed, or no longer does.
story_changed = Signal()

# After commit: two curators agreed on the order of a list.
order_agreed = Signal()

# This web process begins to serve; it has ended, and what stands beside it may go.
serving_begins, serving_ended = Signal(), Signal()
