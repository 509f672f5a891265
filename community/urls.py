"""Joins the pages of all apps. Nothing imports this module."""

from django.urls import include, path

urlpatterns = [
    path("", include("community.urls_pages")),
    path("", include("chat.urls")),
    path("", include("moderation.urls")),
    path("admin/", include("community.admin")),
]
handler400 = "community.views.errors.bad_request"
handler403 = "community.views.errors.not_open_to_you"
handler404 = "community.views.errors.not_here"
handler500 = "community.views.errors.broken"
handler429 = "community.views.errors.too_many"  # asked for by allauth, not by Django
