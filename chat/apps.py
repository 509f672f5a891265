"""App settings of `chat`."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Carries what is said."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat import access, guard, live, receivers  # noqa: F401  (rows of the access table; what sockets and chat hear)
        from chat.services import (  # noqa: F401  (their duties; what can be found; a key to turn)
            calendars,
            conversations,
            erasing,
            finding,
            finding_live,
            kind_notes,
            live_duties,
            live_emptying,
            noticing,
            planning,
            reminders,
            story_aging,
            wishes,
        )
        from chat.views import live_alongside, live_landing, story_shown  # noqa: F401  (what pages of community show)
