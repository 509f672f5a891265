"""Who may open which address: one row for every URL, and one for every frame.

An address is *open* (everyone), for *members* (anyone signed in), for people with a *place* in the room, or for the
*author* of the message only. *Half* is for a sign-in that lacks its second step; anyone else is sent away.
"""

from __future__ import annotations

OPEN, HALF, MEMBER, PLACE, AUTHOR = "open", "half", "member", "place", "author"

URLS: dict[str, str] = {
    # pages for everyone
    "landing": OPEN,
    "help-now": OPEN,
    "help-all": OPEN,
    "help-exercise": OPEN,
    "leave": OPEN,
    "guidelines": OPEN,
    "about": OPEN,
    "privacy": OPEN,
    "accessibility": OPEN,
    "service-worker": OPEN,
    "manifest": OPEN,
    "robots": OPEN,
    "security-txt": OPEN,
    "change-password": OPEN,
    "health-live": OPEN,
    "health-ready": OPEN,
    # joining and signing in
    "join": OPEN,
    "join-name-free": OPEN,
    "under-18": OPEN,
    "rules": MEMBER,
    "account_login": OPEN,
    "account_signup": OPEN,
    "account_logout": OPEN,
    "account_inactive": OPEN,
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
    "account_confirm_email": OPEN,
    "account_email_verification_sent": OPEN,
    "account_confirm_login_code": HALF,
    "account_reauthenticate": MEMBER,
    "account_email": MEMBER,
    "account_change_password": MEMBER,
    "account_set_password": MEMBER,
    "mfa_authenticate": HALF,
    "mfa_login_webauthn": OPEN,
    "mfa_index": MEMBER,
    "mfa_reauthenticate": MEMBER,
    "mfa_activate_totp": MEMBER,
    "mfa_deactivate_totp": MEMBER,
    "mfa_view_recovery_codes": MEMBER,
    "mfa_generate_recovery_codes": MEMBER,
    "mfa_download_recovery_codes": MEMBER,
    "mfa_list_webauthn": MEMBER,
    "mfa_add_webauthn": MEMBER,
    "mfa_reauthenticate_webauthn": MEMBER,
    "mfa_remove_webauthn": MEMBER,
    "mfa_edit_webauthn": MEMBER,
    "usersessions_list": MEMBER,
    # one's own
    "you": MEMBER,
    "you-profile": MEMBER,
    "you-display": MEMBER,
    "profile": MEMBER,
    # rooms
    "today": MEMBER,
    "rooms": OPEN,
    "room": MEMBER,
    "room-join": MEMBER,
    "room-leave": PLACE,
    "room-read": PLACE,
    "rooms-read": MEMBER,
    "room-post": PLACE,
    "room-messages": PLACE,
    "message": PLACE,
    "message-edit": AUTHOR,
    "message-heads-up": AUTHOR,
    "message-withdraw": AUTHOR,
    "message-react": PLACE,
    "moderation:report": PLACE,
}

FRAMES: dict[str, str] = {
    "room.enter": PLACE,
    "room.leave": MEMBER,
    "message.post": PLACE,
    "message.edit": AUTHOR,
    "message.withdraw": AUTHOR,
    "message.react": PLACE,
    "read": PLACE,
    "beat": MEMBER,
}
