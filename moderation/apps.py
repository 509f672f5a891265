"""App settings of `moderation`."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Sees what is said, decides what to do."""

    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"
