"""App settings of `moderation`."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Sees what is said, decides what to do."""

    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from moderation import access, demo_phrases, receivers  # noqa: F401  (rights; a demo's duty; what we hear)
        from moderation.services import (  # noqa: F401  (their duties, and what they enter elsewhere)
            appeals,
            clock,
            closing,
            cluster_watch,
            clusters,
            colleagues,
            desk,
            dry_run_starting,
            guarding,
            handover,
            hooks,
            live_side,
            numbers_public,
            phrase_mending,
            reading_along,
            reports,
            retention,
            searching,
            support_after,
            sweeping,
            tallying,
            watching,
        )
        from moderation.views import story_below  # noqa: F401  (what stories show)
