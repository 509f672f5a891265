"""A picture that somebody sent, made anew: its own pixels, and nothing else of the file. Knows no story.

Only JPEG, PNG and WebP are opened, by what is in the file and not by its name; its size is known before its pixels.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from community.refusals import Refusal

MOST_BYTES, MOST_PIXELS, LONGEST_SIDE = 5 * 1024 * 1024, 24_000_000, 1600
_FORMATS = ("JPEG", "PNG", "WEBP")
_one_at_a_time = threading.Lock()  # a large picture takes a hundred megabytes while it is read


class BadPicture(Refusal):
    """Not a picture that can be taken; why, it says."""

    code = "bad-picture"
    detail = _("This isn't a JPEG, PNG or WebP picture that can be opened.")


@dataclass(frozen=True, slots=True)
class Picture:
    """WebP without metadata."""

    data: bytes
    width: int
    height: int


def remade(data: bytes) -> Picture:
    """The picture in these bytes, upright, at most 1600 pixels long. Raises `BadPicture`, whatever the bytes."""
    if len(data) > MOST_BYTES:
        raise BadPicture(_("This picture is too large. Five megabytes fit."))
    try:
        with _one_at_a_time, Image.open(BytesIO(data), formats=_FORMATS) as sent:
            return _remade(sent)
    except Refusal:
        raise
    except Exception:  # noqa: BLE001  (a decoder may raise anything at hostile bytes, and none of it may reach a log)
        raise BadPicture from None


def _remade(sent: Image.Image) -> Picture:
    if sent.width * sent.height > MOST_PIXELS:
        raise BadPicture(_("This picture has too many pixels. Twenty-four million fit."))
    sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(sent)
    has_holes = upright.has_transparency_data
    small = upright.convert("RGBA" if has_holes else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(small.mode, small.size)
    bare.paste(small)
    out = BytesIO()
    bare.save(out, "WEBP", quality=82)
    return Picture(out.getvalue(), bare.width, bare.height)
