"""App settings of `community`."""

from importlib import import_module

from django.apps import AppConfig

# What registers itself when it is imported: checks, receivers, duties, rows that the key ring turns, things to find.
REGISTERS = ("accounts", "checks", "help_checks", "receivers")
SERVICES = ("audit_check", "digest", "help_file", "link_checks", "notices", "outbox", "plan", "push",
            "resource_search", "saved", "search_index", "sessions", "stories", "story_saving", "story_search",
            "topics")  # fmt: skip


class CommunityConfig(AppConfig):
    """Who is here, and what they can read."""

    name = "community"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for name in (*REGISTERS, *(f"services.{service}" for service in SERVICES)):
            import_module(f"community.{name}")
