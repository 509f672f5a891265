"""Addresses of moderation."""

from django.urls import path

from moderation import views

app_name = "moderation"
urlpatterns = [path("report/<slug:slug>/<seq:seq>/", views.report, name="report")]
