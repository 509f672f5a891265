"""App settings of `moderation`."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Sees what is said, decides what to do."""

    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from moderation import access, receivers  # noqa: F401  (rows of the access table; what moderation hears)
        from moderation.services import (  # noqa: F401  (their duties, and what they enter elsewhere)
            appeals,
            clock,
            closing,
            colleagues,
            desk,
            guarding,
            handover,
            hooks,
            live_side,
            reading_along,
            reports,
            retention,
            searching,
            support_after,
            sweeping,
            watching,
        )
        from moderation.views import story_below  # noqa: F401  (what stories show)
