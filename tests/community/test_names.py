"""Names: readable, not staff-like, not like anybody else's (A8, R-13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import names
from community.services import members
from tests.factories import make_member

LOOK_LIKE_LINDEN = ["linden", "LINDEN", "Linden", "l1nden", "1inden", "Iinden", "lіnden", "línden", "lin-den", "lin_den",
                    "l.i.n.d.e.n", "lindеn", "líndén", "|inden"]  # fmt: skip
STAFF = ["admin", "Admin1strator", "a-d-m-i-n", "moderator", "m0derator", "Moderatоr", "the-team", "The.Team", "support",
         "crisis-team", "crisis_line", "Comm0nlight", "ａｄｍｉｎ", "adrnin", "aclmin", "αdmin", "Moderador", "administradora", "soporte", "system", "staff", "official-amara", "Host", "everyone"]  # fmt: skip


@pytest.mark.parametrize("name", LOOK_LIKE_LINDEN)
def test_a8_names_that_are_read_alike_have_one_skeleton(name):
    assert names.skeleton(name) == names.skeleton("linden")


@pytest.mark.parametrize("name", STAFF)
def test_a8_no_name_reads_like_someone_who_looks_after_the_place(name):
    assert names.reads_like_staff(name)


@pytest.mark.parametrize("shape", [shape for shapes in names._READ_AS.values() for shape in shapes])
def test_a8_every_look_alike_letter_is_read_as_its_letter_in_the_middle_of_a_name(shape):
    letter = next(letter for letter, shapes in names._READ_AS.items() if shape in shapes)
    assert names.skeleton(f"w{shape}w") == names.skeleton(f"w{letter}w")


@given(st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "_", "-", ".", " ", "\u0301", "\ufe0f"]),
       st.integers(0, 6))  # fmt: skip
def test_a8_what_cannot_be_seen_or_only_separates_makes_no_new_name(mark, place):
    assert names.skeleton("linden"[:place] + mark + "linden"[place:]) == names.skeleton("linden")


@given(st.text(max_size=60))
def test_r13_whatever_is_typed_a_name_is_taken_or_kindly_refused(name):
    try:
        names.check(name)
    except names.NameRefused as refused:
        assert str(refused.detail).endswith(".")
    else:
        assert 3 <= len(name) <= 30
        assert not set(name) & set("@<>&\"'/ \n\u200b\u202e")
        assert names.skeleton(name)


@pytest.mark.parametrize("name", ["Linden", "quiet-heron", "Мария", "نور", "海鳥子", "ana.b", "Theo77", "Wren_2"])
def test_ordinary_names_of_any_one_script_are_fine(name):
    names.check(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ab", "3 to 30"), ("x" * 31, "3 to 30"), ("ana@example.org", "find you"), ("anna0791234567", "find you"),
     ("-ana", "letters"), ("an na", "letters"), ("ana!", "letters"), ("anа", "one script"), ("admin", "looks after"),
     ("ana\u200bb", "letters"), ("<b>ana", "letters"), ("a\u0301na", "letters")],
)  # fmt: skip
def test_a8_a_refused_name_gets_a_kind_sentence(name, words):
    with pytest.raises(names.NameRefused) as refused:
        names.check(name)
    assert words in str(refused.value.detail)


@given(st.text(max_size=40))
def test_a8_a_skeleton_is_its_own_skeleton_whatever_the_text(text):
    assert names.skeleton(names.skeleton(text)) == names.skeleton(text)


@pytest.mark.django_db
def test_a8_a_look_alike_of_a_taken_name_is_not_free():
    make_member("Linden")
    assert not any(members.is_free(name) for name in LOOK_LIKE_LINDEN)
    assert members.is_free("quiet-heron")


@pytest.mark.django_db
def test_suggestions_are_free_and_could_be_had():
    for name in members.free_suggestions():
        names.check(name)
        assert members.is_free(name)
