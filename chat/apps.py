"""App settings of `chat`."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Carries what is said."""

    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat import access, live, receivers  # noqa: F401  (rows of the access table; what sockets and chat hear)
        from chat.services import conversations, erasing, finding, kind_notes, noticing  # noqa: F401  (their duties; what can be found)
