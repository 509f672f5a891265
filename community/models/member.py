"""Who is here: members, what they agreed to, whom they keep away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

NEW_HERE = timedelta(days=7)
NEW_ACCOUNT = timedelta(hours=72)  # promise B7: tighter limits for this long


class MemberManager(BaseUserManager["Member"]):
    """Makes members; the rules for names live in `community.names`."""

    use_in_migrations = True

    def create_user(self, name: str, email: str = "", password: str | None = None, **fields: Any) -> Member:
        """A stored member called `name`, with the look-alike skeleton filled in."""
        from community.names import skeleton

        member = self.model(name=name, skeleton=skeleton(name), email=self.normalize_email(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, name: str, email: str = "", password: str | None = None, **fields: Any) -> Member:
        """A member with every staff permission, for `manage.py createsuperuser`."""
        return self.create_user(name, email, password, is_staff=True, is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """A person with an account, whatever their role. Known by a pseudonym only."""

    name = models.CharField(max_length=30, unique=True)
    skeleton = models.CharField(max_length=120, unique=True, help_text="Look-alike form of the name; see names.py")
    email = models.EmailField(blank=True, help_text="Private: never in a frame or on a page of another member")
    pebble = models.PositiveSmallIntegerField(default=6)
    pronouns = models.CharField(max_length=40, blank=True)
    bio = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code; empty means rather not say")
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    joined_at = models.DateTimeField(default=timezone.now)
    silenced_until = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open Django's own admin; roles are groups")

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = MemberManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pebble__gte=1, pebble__lte=8), name="a_pebble_has_one_of_eight_colours"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_new_here(self) -> bool:
        """True for the first week, so that people greet them."""
        return timezone.now() - self.joined_at < NEW_HERE

    @property
    def is_new_account(self) -> bool:
        """True while the tighter limits of promise B7 apply."""
        return timezone.now() - self.joined_at < NEW_ACCOUNT

    def is_suspended(self, at: Any = None) -> bool:
        """True while the member may not sign in."""
        return bool(self.suspended_until and self.suspended_until > (at or timezone.now()))

    def is_silenced(self, at: Any = None) -> bool:
        """True while the member may read but not post."""
        return bool(self.silenced_until and self.silenced_until > (at or timezone.now()))

    def may_sign_in(self) -> bool:
        """True when neither erased, closed nor suspended."""
        return self.is_active and not self.is_suspended()


class Restriction(models.Model):
    """One thing a member may not do until then; the rest goes on. It ends by itself, or with what caused it."""

    class Ability(models.TextChoices):
        ASK = "ask"  # begin to talk one to one
        REPORT = "report"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="restrictions")
    ability = models.CharField(max_length=10, choices=Ability)
    until = models.DateTimeField()
    cause = models.CharField(max_length=40, unique=True, help_text="The decision it follows from")


class Consent(models.Model):
    """One line a member agreed to: which text, when, and when it was taken back."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of the exact text shown, in hexadecimal")
    language = models.CharField(max_length=8, default="en")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "kind"], name="consent_by_member")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "kind", "version"],
                condition=Q(withdrawn_at=None),
                name="a_consent_is_given_once_per_version",
            ),
        ]


class BlockQuerySet(models.QuerySet["Block"]):
    """Questions about blocks, which hide both ways."""

    def around(self, member_ids: list[int]) -> Self:
        """Blocks that any of these members made or met."""
        return self.filter(Q(blocker__in=member_ids) | Q(blocked__in=member_ids))


class Block(models.Model):
    """One member keeps another away. It hides both ways and is told to nobody."""

    blocker = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="blocks_made")
    blocked = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="blocks_met")
    at = models.DateTimeField(default=timezone.now)
    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="a_block_is_made_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="nobody_blocks_themselves"),
        ]
