"""Pictures of a story: adding one to one's own draft, and the picture itself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from community.models import Member
from community.pictures import MOST_BYTES, BadPicture
from community.refusals import NotYours, Refusal
from community.services import story_pictures as services
from community.services import story_writing as writing
from community.views.staff import has_second_factor
from community.views.story_write import me


@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more picture, at the end of one's own draft."""
    one = writing.own(me(request), pk)
    alt, credit = request.POST.get("alt", ""), request.POST.get("credit", "")
    says, status = "", 200
    if request.method == "POST":
        try:
            services.add(me(request), pk, _sent(request), alt=alt, credit=credit)
        except NotYours:
            raise
        except Refusal as refusal:
            says, status = str(refusal.detail), refusal.status
        else:
            messages.success(request, _("Added. It stands at the end of your text: move its line where it belongs."))
            return redirect("story-text", pk=pk)
    context = {"one": one, "story": one.story, "alt": alt, "credit": credit, "says": says}
    return render(request, "community/story_pictures.html", context, status=status)


def _sent(request: HttpRequest) -> bytes:
    file = request.FILES.get("picture")
    if file is None:
        raise BadPicture(_("Choose a picture."))
    return bytes(file.read(MOST_BYTES + 1))


@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """A picture, while its story is out; before and after, for its writer and those who read for others."""
    viewer = request.user if isinstance(request.user, Member) else None
    found, is_out = services.picture_for(digest, viewer, is_behind=has_second_factor(request))
    tag = f'"{found.digest}"'
    fresh = is_out and request.headers.get("If-None-Match") == tag
    answer = HttpResponseNotModified() if fresh else HttpResponse(bytes(found.data), content_type="image/webp")
    # Asked for anew each time, so that it is gone with its story; what nobody else may see is not kept at all.
    answer["Cache-Control"] = "no-cache" if is_out else "no-store"
    if is_out:
        answer["ETag"] = tag
    return answer
