"""Pictures in stories: only pixels are kept, hostile files harm nothing, and a picture is seen only with its story."""

from __future__ import annotations

import hashlib
import struct
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from community import pictures, text
from community.models import Byline, StoryPicture, StoryRevision
from community.pictures import BadPicture
from community.services import stories, story_pictures
from community.services.stories import CHECKLIST, Verdict
from community.serving.limits import BODY_LIMIT, PICTURE_LIMIT, body_limit
from community.story_content import Text
from tests import factories


def picture(kind="JPEG", size=(60, 40), mode="RGB", **how):
    out = BytesIO()
    Image.new(mode, size, 120).save(out, kind, **how)
    return out.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ana"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return picture(exif=exif.tobytes())


def bomb(width=20_000, height=20_000):
    """A PNG of a few bytes that says it is very large."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def animated():
    out = BytesIO()
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    first.save(out, "WEBP", save_all=True, append_images=[second], duration=100)
    return out.getvalue()


def test_nothing_is_left_but_the_pixels():
    sent = with_place()
    assert b"Camera of Ana" in sent
    made = pictures.remade(sent)
    opened = Image.open(BytesIO(made.data))
    assert (opened.format, opened.size, (made.width, made.height)) == ("WEBP", (40, 60), (40, 60))
    assert not dict(opened.getexif())
    assert not {"exif", "xmp", "icc_profile"} & set(opened.info)
    assert b"Camera" not in made.data


@pytest.mark.parametrize(
    ("sent", "size"),
    [(picture("PNG", mode="RGBA"), (60, 40)), (picture("PNG", mode="P"), (60, 40)), (picture("PNG", mode="I;16"), (60, 40)),
     (picture("JPEG", mode="CMYK"), (60, 40)), (picture("WEBP"), (60, 40)), (animated(), (20, 20)),
     (picture(size=(3200, 1600)), (1600, 800))],
    ids=["rgba", "palette", "16 bit", "cmyk", "webp", "animated", "large"],
)  # fmt: skip
def test_every_kind_of_picture_is_made_anew(sent, size):
    opened = Image.open(BytesIO(pictures.remade(sent).data))
    assert opened.size == size
    assert getattr(opened, "n_frames", 1) == 1


@pytest.mark.parametrize(
    "sent",
    [b"", b"GIF89a", picture("GIF", mode="L"), picture("BMP"), picture("TIFF"), bomb(), bomb(5000, 5000), bomb(100, 100),
     b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%!PS-Adobe-3.0 EPSF-3.0", picture()[:200],
     b"<html><script>alert(1)</script></html>" + picture(), b"\xff" * 1000, picture() + b"\0" * pictures.MOST_BYTES],
    ids=["empty", "stub", "gif", "bmp", "tiff", "bomb", "25 megapixels", "too few pixels", "svg", "postscript", "cut off",
         "page in front", "noise", "too many bytes"],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_refused(sent):
    with pytest.raises(BadPicture):
        pictures.remade(sent)


def test_a_picture_that_is_also_a_page_loses_the_page():
    sent = picture() + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in pictures.remade(sent).data


def test_b2_only_the_address_of_pictures_takes_more_than_a_mebibyte():
    assert body_limit("/stories/mine/7/pictures/") == PICTURE_LIMIT
    for path in ("/stories/mine/7/text/", "/stories/mine/7/pictures", "/x/stories/mine/7/pictures/", "/sign-in/", ""):
        assert body_limit(path) == BODY_LIMIT


DIGEST = "0" * 64


def test_a_picture_of_ours_is_a_figure_with_room_kept_for_it():
    line = text.picture_line(DIGEST, 800, 600, alt="A bowl of soup", credit="Photo: Ann")
    (block,) = text.story_to_blocks(line)
    assert block.startswith(
        f'<figure><img src="/stories/pictures/{DIGEST}.webp" alt="A bowl of soup" width="800" height="600"'
    )
    assert block.endswith("<figcaption>Photo: Ann</figcaption></figure>")


@pytest.mark.parametrize(
    "hostile",
    ["![x](https://evil.example/p.png)", "![x](//evil.example/p.png)", "![x](data:image/png;base64,AAAA)", "![x](/sign-out/)",
     f"![](picture:{DIGEST}-1x1)", f"![x](picture:{DIGEST})", f"![x](picture:{DIGEST}-1x1/../../leave)",
     f"![x](/stories/pictures/{DIGEST}.webp)", "![x](javascript:alert(1))", f'![x"onload="y](picture:{DIGEST}-9x9999999)'],
)  # fmt: skip
def test_any_other_picture_is_words(hostile):
    shown = "".join(text.story_to_blocks(hostile))
    assert "<img" not in shown
    assert "[" in shown


def test_words_of_a_picture_stay_words():
    line = f'![x" onload="alert(1) <b>](picture:{DIGEST}-10x10 "&quot; onclick=&quot;y <i>")'
    shown = "".join(text.story_to_blocks(line))
    (image,) = [part for part in shown.split(">") if "<img" in part]
    assert 'onload="' not in image.replace("&quot;", "")
    assert "<i>" not in shown
    assert "<b>" not in shown


@pytest.fixture
def draft(client, db):
    ana = factories.make_member("ana")
    client.force_login(ana)
    return stories.begin(Text("Soup", "It was soup."), by=ana, byline=Byline.objects.create(name="Ann", member=ana))


def send(client, draft, data=None, **more):
    file = SimpleUploadedFile("soup.svg", picture() if data is None else data, content_type="image/svg+xml")
    body = {"picture": file, "alt": 'A [bowl] of "soup"', "credit": "Photo: Ann", **more}
    return client.post(reverse("story-pictures", args=[draft.story_id]), body)


def test_a_picture_is_seen_only_with_its_story(client, draft):
    assert send(client, draft).status_code == 302
    row, newest = StoryPicture.objects.get(), StoryRevision.objects.select_related("story").get()
    assert hashlib.sha256(bytes(row.data)).hexdigest() == row.digest
    assert f'![A bowl of soup](picture:{row.digest}-60x40 "Photo: Ann")' in newest.read().body
    address = reverse("story-picture", args=[row.digest])
    own = client.get(address)
    assert (own.status_code, own["Content-Type"], own["Cache-Control"]) == (200, "image/webp", "no-store")
    other = Client()
    other.force_login(factories.make_member(roles=("reviewers", "curators")))
    assert (Client().get(address).status_code, other.get(address).status_code) == (404, 404)
    clinician, second = factories.make_member(roles=("reviewers",)), factories.make_member(roles=("curators",))
    stories.agree(newest.story, by=newest.author)
    stories.hand_in(newest, by=newest.author, ticked=CHECKLIST)
    cleo = Byline.objects.create(name="Dr Cleo", profession="doctor", member=clinician, agreed_at=timezone.now())
    story = stories.read_second(stories.review(newest, Verdict("approve"), by=clinician, byline=cleo), by=second)
    shown = Client().get(address)
    assert (shown.status_code, shown["Cache-Control"], shown["X-Content-Type-Options"]) == (200, "no-cache", "nosniff")
    assert Client().get(address, HTTP_IF_NONE_MATCH=shown["ETag"]).status_code == 304
    assert row.digest in Client().get(reverse("story", args=[story.slug])).content.decode()
    stories.take_consent_back(story, by=newest.author)
    assert Client().get(address, HTTP_IF_NONE_MATCH=shown["ETag"]).status_code == 404


def test_a_picture_of_a_text_that_nobody_has_read_is_not_shown_with_the_one_that_is_out(client, draft):
    story = factories.make_story("Another story")
    client.force_login(story.writer)
    newest = stories.change(story, by=story.writer)
    assert send(client, newest).status_code == 302
    assert Client().get(reverse("story-picture", args=[StoryPicture.objects.get().digest])).status_code == 404


def test_a_picture_wants_words_and_a_picture(client, draft):
    for answer in (send(client, draft, alt=" "), send(client, draft, data=b"<svg/>"), send(client, draft, picture="")):
        assert answer.status_code == 400
    assert not StoryPicture.objects.exists()
    ben = Client()
    ben.force_login(factories.make_member("ben"))
    assert send(ben, draft).status_code == 404


def test_a_picture_of_another_story_is_not_handed_in(client, draft):
    borrowed = text.picture_line(DIGEST, 10, 10, alt="x", credit="")
    kept = stories.keep(draft, Text("Soup", borrowed), by=draft.author, version=0)
    body = {"ticked": list(CHECKLIST), "agrees": "on", "version": "1"}
    assert client.post(reverse("story-hand-in", args=[draft.story_id]), body).status_code == 400
    kept.refresh_from_db()
    assert kept.state == "draft"


# --- pictures that no text names any more ---------------------------------------------------------


@pytest.mark.django_db
def test_a_picture_that_was_dropped_from_a_draft_goes_after_a_day_and_one_that_is_named_stays():
    ana = factories.make_member("ana")
    draft = stories.begin(Text("Soup", "I made soup."), by=ana, byline=factories.make_reviewer_byline(ana, "Ana"))
    kept = story_pictures.add(ana, draft.story_id, picture(size=(30, 30)), alt="a pot")
    both = story_pictures.add(ana, draft.story_id, picture(size=(40, 40)), alt="a spoon")
    assert len(text.pictures_in(both.read().body)) == 2
    with time_machine.travel(timezone.now() + timedelta(days=9)) as clock:
        assert story_pictures.forget_unnamed() == 0
        stories.keep(both, kept.read(), by=ana, version=both.version)
        assert story_pictures.forget_unnamed() == 0, "not yet: another tab may still name it"
        clock.shift(timedelta(hours=23))
        assert story_pictures.forget_unnamed() == 0
        clock.shift(timedelta(hours=2))
        assert story_pictures.forget_unnamed() == 1
    assert {StoryPicture.objects.get().digest} == text.pictures_in(kept.read().body)


@pytest.mark.django_db
def test_a_picture_that_is_named_again_within_the_day_stays_and_so_does_one_of_an_earlier_text():
    ana = factories.make_member("ana")
    draft = stories.begin(Text("Soup", "I made soup."), by=ana, byline=factories.make_reviewer_byline(ana, "Ana"))
    named = story_pictures.add(ana, draft.story_id, picture(), alt="a pot")
    bare = stories.keep(named, Text("Soup", "I made soup."), by=ana, version=named.version)
    assert story_pictures.forget_unnamed() == 0
    again = stories.keep(bare, named.read(), by=ana, version=bare.version)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert story_pictures.forget_unnamed() == 0
        stories.agree(again.story, by=ana)
        stories.hand_in(again, by=ana, ticked=CHECKLIST)
        following = stories.take_from_review(again.story, by=ana)
        stories.keep(following, Text("Soup", "I made soup."), by=ana, version=following.version)
        story_pictures.forget_unnamed()
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert story_pictures.forget_unnamed() == 0, "the text that was handed in holds it"
    assert StoryPicture.objects.count() == 1
