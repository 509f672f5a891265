"""Members of the staff in a real browser: a session that was opened with a code."""

from __future__ import annotations

from time import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from community.models import Member
from tests.factories import make_member, session_of


def session_with_code(member: Member) -> str:
    """The key of a session in which the second factor was given."""
    session = SessionStore(session_of(member))
    now = time()
    session["account_authentication_methods_user"] = str(member.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": now, "username": member.name},
        {"method": "mfa", "at": now, "type": "totp"},
    ]
    session.save()
    return str(session.session_key)


def as_staff(evening: Any, open_page: Any, name: str, *roles: str, **how: Any) -> Any:
    """A page in a browser of somebody with these roles, who gave their code; every breach of the policy is kept."""

    def make() -> str:
        member = Member.objects.filter(name=name).first() or make_member(name, roles=roles)
        return session_with_code(member)

    page = open_page("about:blank", **how)
    key = evening.site.do(make)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": evening.site.url}])
    page.context.add_init_script(
        "window.breaches = []; addEventListener('securitypolicyviolation', (e) => window.breaches.push(e.blockedURI + ' ' + e.violatedDirective));"
    )
    return page


def breaches(page: Any) -> list[str]:
    """What this page did against its own policy."""
    return page.evaluate("window.breaches")
