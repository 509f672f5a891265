"""Services to call or text now, once curators have looked at them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Helpline(models.Model):
    """A service to call, text or write to now. Imported rows start unverified."""

    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    audience = models.CharField(max_length=120, blank=True)
    topics = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=120, blank=True)
    sms = models.CharField(max_length=60, blank=True)
    sms_keyword = models.CharField(max_length=40, blank=True)
    chat_url = models.URLField(blank=True)
    website = models.URLField(blank=True)
    hours = models.CharField(max_length=160, blank=True)
    languages = models.CharField(max_length=120, blank=True)
    is_free = models.BooleanField(null=True)
    is_anonymous = models.BooleanField(null=True)
    source = models.TextField()
    checked_on = models.DateField()
    confidence = models.CharField(max_length=10)
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When a person called or opened it")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "name"], name="a_helpline_is_listed_once_per_country"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"
