"""What a host says about a message that waited for an answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Answered(models.Model):
    """A message has had its answer, though nobody replied to it: it is listed no more."""

    message = models.OneToOneField("chat.Message", on_delete=models.CASCADE, primary_key=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
