"""How django-allauth behaves here: letters wait in the outbox, secrets are encrypted, addresses are not kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from community import fieldcrypt, names, throttle
from community.addresses import client_address
from community.devices import device_words, knows_device, remember_device
from community.models import Member
from community.services import keyring, outbox, resting, sessions

SECOND_FACTOR = "second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: joining is our own page; everything else is allauth's flow in our templates."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Joining happens on our own page, with its questions and consents."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes a letter; it leaves after the answer, so that known and unknown addresses take equal time (S7)."""
        links = {key: _on_this_site(link) for key, link in context.items() if key.endswith("_url")}
        context = {**context, **links, "email": email, "site_name": settings.SITE_NAME, "base_url": settings.BASE_URL}
        message = self.render_mail(template_prefix, email, context)
        outbox.write(to=email, subject=str(message.subject), body=str(message.body))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address limits are counted by; only our own proxies are believed."""
        return client_address(request.META.get("REMOTE_ADDR", ""), [request.META.get("HTTP_X_FORWARDED_FOR", "")])

    def is_safe_url(self, url: str) -> bool:
        """Only addresses on this site; a Host header decides nothing (W2)."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Names are checked by our own rules, when joining and when changing."""
        return username

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Case, accents and look-alike letters in the name must not lift the limit (S6), nor must a Host header,
        # which allauth puts into this key.
        return names.skeleton(str(credentials.get("username", "")))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try. A device that signed in as this member before has a limit of its own, so that strangers
        who guess lock nobody out (S6)."""
        name = names.skeleton(str(credentials.get("username", "")))
        if not knows_device(request, name):
            super().pre_authenticate(request, **credentials)
        elif throttle.known_device(name):
            raise self.validation_error("too_many_login_attempts")

    def pre_login(self, request: HttpRequest, user: Any, **how: Any) -> Any:
        """Nobody whose account ended goes on, by whichever door they come (S4)."""
        if isinstance(user, Member) and not user.is_active:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **how)

    def login(self, request: HttpRequest, user: Any) -> None:
        """The last step, after a second factor: a session, or for a closed account the narrow door (S4, M3)."""
        if user.may_sign_in():
            super().login(request, user)
        else:
            resting.let_in(request, user)

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """Whichever way somebody came in, the device is known from now on."""
        response: HttpResponse = (
            super().post_login(request, user, **how) if user.may_sign_in() else redirect("moderation:decisions")
        )
        remember_device(request, response, user.skeleton)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """Seals a secret before it is stored."""
        return fieldcrypt.seal(text, purpose=SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Opens a stored secret."""
        return fieldcrypt.unseal(encrypted_text, purpose=SECOND_FACTOR)

    def get_totp_label(self, user: Any) -> str:
        """What an authenticator app shows: the name, never the address."""
        return str(user.name)

    def get_totp_issuer(self) -> str:
        """The site, in an authenticator app."""
        return str(settings.SITE_NAME)


def _on_this_site(link: Any) -> str:
    """allauth makes links from the Host header of the request; in a letter they begin with `BASE_URL` (W2)."""
    parts = urlsplit(str(link))
    return urljoin(settings.BASE_URL, urlunsplit(("", "", *parts[2:])))


@receiver(pre_save, sender=UserSession)
def _keep_less(sender: Any, instance: UserSession, **_: Any) -> None:
    """allauth stores address and browser of every session; we keep "Firefox on Linux" and no address."""
    instance.ip = resting.NOBODYS_ADDRESS
    instance.user_agent = device_words(instance.user_agent)


@receiver([password_changed, password_set, password_reset, authenticator_added, authenticator_removed])
def _end_other_sessions(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """A new password or second factor ends every other session of the member (S3)."""
    sessions.end_all(user, except_key=request.session.session_key)


@keyring.turns("second factors")
def _reseal_second_factors() -> int:
    """Their secrets lie inside a JSON column: of an authenticator app, and of recovery codes."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return sum(_reseal(row, part) for row in rows for part in ("secret", "seed") if row.data.get(part))


def _reseal(row: Authenticator, part: str) -> int:
    sealed = str(row.data[part])
    if fieldcrypt.is_current(sealed):
        return 0
    try:
        secret = fieldcrypt.unseal(sealed, purpose=SECOND_FACTOR)
    except fieldcrypt.NotReadable:
        return 0
    data = {**row.data, part: fieldcrypt.seal(secret, purpose=SECOND_FACTOR)}
    return int(Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data))
