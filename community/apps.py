"""App settings of `community`."""

from importlib import import_module

from django.apps import AppConfig

# Services with duties, with rows that the key ring turns, or with things that can be found.
REGISTERS = ("audit_check", "digest", "help_file", "link_checks", "notices", "outbox", "plan", "push",
             "resource_search", "saved", "search_index", "sessions", "topics")  # fmt: skip


class CommunityConfig(AppConfig):
    """Who is here, and what they can read."""

    name = "community"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for name in ("checks", "help_checks", "receivers", *(f"services.{service}" for service in REGISTERS)):
            import_module(f"community.{name}")
