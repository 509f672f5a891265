"""App settings of `community`."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Who is here, and what they can read."""

    name = "community"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from community import checks, help_checks, receivers  # noqa: F401  (registers the checks; what community hears)
        from community.services import audit_check, digest, help_file, notices, outbox, plan, push, sessions, topics  # noqa: F401  (their duties, and what the key ring turns)
