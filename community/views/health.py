"""Two addresses for whoever watches the server: is it alive, may it get work. No detail for strangers."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community import readiness
from community.schema import unapplied

log = logging.getLogger(__name__)
_is_migrated = False


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process can answer at all; needs nothing else."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 while this process can do its work, 503 otherwise; the reasons go to the log."""
    troubles = readiness.troubles()
    if troubles:
        log.info("Not ready: %s", ", ".join(troubles))
    answer = JsonResponse({"status": "not ready" if troubles else "ready"}, status=503 if troubles else 200)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # draining is no error; Django would log one
    return answer


@readiness.probe("database")
def database_answers() -> bool:
    """True when the database answers a question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        connection.close()
        return False


@readiness.probe("migrations")
def tables_are_current() -> bool:
    """True when no migration waits. Looked at until it is so once: tables do not go backwards under a server."""
    global _is_migrated  # noqa: PLW0603
    _is_migrated = _is_migrated or not unapplied()
    return _is_migrated
