"""Who hands in together: the same group for everybody in it, and never more than may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from course_class import ASKED, SLUG, assignment
from hypothesis import example, given
from hypothesis import strategies as st
from portal_class import NOTEBOOK, PROGRAM, Client, School, verdict

from autograder.people import import_people, read_people
from autograder.people.forgetting import forget, somebody
from autograder.settings import Attempts
from autograder.store.hand_ins import Naming
from autograder.web.portal.partners import Groups

PEOPLE = (
    "id,name,email,role\n"
    "alice,Alice A.,alice@school.example,student\n"
    "bob,Bob B.,bob@school.example,student\n"
    "carl,Carl C.,carl@school.example,student\n"
    "dora,Dora D.,dora@school.example,student\n"
    "eve,Eve E.,eve@school.example,student\n"
    "zoe,Zoe Z.,zoe@school.example,student\n"
    "ines,Ines,ines@school.example,instructor\n"
    "maria,Maria,maria@school.example,ta\n"
)
TOGETHER = "You hand in together with"


class Class:
    """Students at their browsers."""

    def __init__(self, school: School, most: int = 2) -> None:
        self.school = school
        self.allows(most)
        self._browsers: dict[str, Client] = {}

    def allows(self, most: int, per_day: int | None = None) -> None:
        self.school.says(attempts=Attempts(partners=most, per_day=per_day))

    def at(self, who: str) -> Client:
        """At the page of the assignment."""
        if who not in self._browsers:
            self._browsers[who] = self.school.browser(who)
        self._browsers[who].open(f"/a/{SLUG}")
        return self._browsers[who]

    def names(self, who: str, *others: str) -> Client:
        browser = self.at(who)
        for other in others:
            browser = self.at(who)
            browser.send(f"/a/{SLUG}/partners", partner=other)
        return browser

    def agrees(self, who: str, name: str) -> Client:
        """By the button of the offer that begins with this name; its form is sent as it is."""
        browser = self.at(who)
        forms = re.findall(r'<form class="note".*?</form>', browser.page, re.DOTALL)
        (form,) = [one for one in forms if f"<button>Hand in together with {name}" in one]
        fields: dict[str, list[str]] = {}
        for field, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
            fields.setdefault(field, []).append(value)
        browser.ask("POST", f"/a/{SLUG}/partners", data=fields)
        return browser

    def takes_back(self, who: str, other: str) -> Client:
        browser = self.at(who)
        browser.send(f"/a/{SLUG}/partners", partner=other, back="1")
        return browser

    def leaves(self, who: str) -> Client:
        browser = self.at(who)
        browser.send(f"/a/{SLUG}/partners", leave="1")
        return browser

    def declines(self, who: str, other: str) -> Client:
        """By the button beside the one that agrees."""
        browser = self.at(who)
        browser.send(f"/a/{SLUG}/partners", partner=other, decline="1")
        return browser

    def said_before(self, *said: tuple[str, str]) -> None:
        """What the store has from when no limit was kept."""
        for one, other in said:
            self.school.store.hand_ins.join(SLUG, self.number(one), self.number(other), True)

    def number(self, who: str) -> int:
        (person,) = self.school.portal.door.links.directory.find(who)
        return person.number or 0

    def receives(self, who: str) -> set[str]:
        """Who has what this one hands in; their pages say the same."""
        page = self.at(who).words
        before = len(self.school.store.hand_ins.all(SLUG))
        self.at(who).upload(PROGRAM, "hw.py")
        have = {one.student for one in self.school.store.hand_ins.all(SLUG)[before:]}
        for other in have - {who}:
            assert f"{other.title()} {other[0].upper()}." in page
            assert f"{who.title()} {who[0].upper()}." in self.at(other).words
        assert (TOGETHER in page) is (len(have) > 1)
        return have


@pytest.fixture
def pupils(tmp_path: Path) -> Iterator[Class]:
    with School(tmp_path, people=PEOPLE) as opened:
        yield Class(opened)


# ------------------------------------------------------------------ over the pages


def test_of_two_namings_the_first_that_is_returned_holds_and_the_other_is_void(
    pupils: Class,
) -> None:
    pupils.said_before(("alice", "bob"), ("alice", "eve"))
    assert "You named bob : it holds" in pupils.at("alice").words
    assert "Alice A. named you" in pupils.at("eve").words
    assert "now: what one of you" in pupils.names("bob", "alice").words
    assert "You named" not in pupils.at("alice").words
    eve = pupils.at("eve")
    withdrawn = "had named you as a partner, and hands in together with others now"
    assert f"Alice A. {withdrawn}: there is no room for more." in eve.words
    assert "Hand in together with Alice A." not in eve.words
    assert "Alice A. , who had named you, hands in together with others now" in eve.read("/")
    assert pupils.names("eve", "alice").status == 409
    for who, group in (("alice", {"alice", "bob"}), ("bob", {"alice", "bob"}), ("eve", {"eve"})):
        assert pupils.receives(who) == group
    assert "Hand in alone from now on" in pupils.at("alice").words
    assert TOGETHER not in pupils.leaves("alice").words
    for who in ("alice", "bob", "eve"):
        assert pupils.receives(who) == {who}
    pupils.names("eve", "alice")
    assert pupils.receives("eve") == {"eve"}, "what alice said before is over"
    pupils.names("alice", "eve")
    assert pupils.receives("eve") == pupils.receives("alice") == {"alice", "eve"}


def test_what_was_said_when_no_limit_was_kept_is_the_same_for_everybody(pupils: Class) -> None:
    pupils.said_before(("alice", "bob"), ("alice", "eve"), ("bob", "alice"), ("eve", "alice"))
    pupils.said_before(("dora", "zoe"), ("zoe", "dora"), ("dora", "carl"), ("carl", "dora"))
    for pair in ({"alice", "bob"}, {"dora", "zoe"}):
        for who in sorted(pair):
            assert pupils.receives(who) == pair
    assert pupils.receives("eve") == {"eve"}
    assert pupils.receives("carl") == {"carl"}
    assert "You hand in alone now." in pupils.leaves("alice").words
    assert TOGETHER not in pupils.at("alice").words
    for who in ("alice", "bob", "eve"):
        assert pupils.receives(who) == {who}


def test_a_full_group_is_not_changed_behind_a_members_back(pupils: Class) -> None:
    pupils.names("dora", "zoe")
    pupils.names("zoe", "dora")
    said = pupils.school.store.hand_ins.namings(SLUG)
    dora = pupils.names("dora", "carl")
    assert dora.status == 409
    assert (
        "You hand in together with Zoe Z. already, and at most 2 may: hand in alone first, then "
        "name somebody else." in dora.words
    )
    carl = pupils.names("carl", "dora")
    assert carl.status == 409
    assert (
        "At most 2 may hand in together, and with dora you would be more, for they hand in "
        "together with somebody already: ask them, or name somebody else." in carl.words
    )
    assert "zoe" not in carl.page.lower(), "whose partner they are is nobody else's"
    assert pupils.school.store.hand_ins.namings(SLUG) == said
    assert pupils.receives("zoe") == pupils.receives("dora") == {"dora", "zoe"}
    assert pupils.receives("carl") == {"carl"}
    pupils.leaves("dora")
    assert TOGETHER not in pupils.at("zoe").words
    pupils.names("dora", "carl")
    pupils.names("carl", "dora")
    assert pupils.receives("carl") == pupils.receives("dora") == {"carl", "dora"}
    assert pupils.receives("zoe") == {"zoe"}
    assert "You named dora : it holds" not in pupils.at("zoe").words, "dora can not return that"


def test_to_name_a_partner_once_more_is_no_trouble(pupils: Class) -> None:
    pupils.names("dora", "zoe")
    pupils.names("zoe", "dora")
    assert f"{TOGETHER} Zoe Z. now" in pupils.names("dora", "zoe").words


def test_three_are_one_group_when_each_agreed_to_each(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice", "dora")
    carl = pupils.at("carl")
    named = "Alice A. , who hands in together with Bob B. , named you as a partner;"
    assert f"{named} it holds when you agree, and Bob B. agrees, too." in carl.words
    agreed = pupils.agrees("carl", "Alice A. and Bob B.")
    holds = "It holds as soon as all of you named each other, and"
    assert f"That is noted. {holds} Bob B. has still to." in agreed.words
    carl = pupils.at("carl")
    waits = (
        "named each other: it holds as soon as all of you did, and Bob B. has still to. "
        "Until then you hand in"
    )
    assert f"You and Alice A. {waits} alone." in carl.words
    assert "You named bob" not in carl.words, "that is said already"
    assert f"You and Carl C. {waits} with Bob B. only." in pupils.at("alice").words
    assert pupils.receives("carl") == {"carl"}
    assert pupils.receives("alice") == pupils.receives("bob") == {"alice", "bob"}
    bob = pupils.at("bob")
    assert "Carl C. wants to join you and Alice A. ; it holds when you agree." in bob.words
    assert "Carl C. named you as a partner" in bob.read("/")
    all_ = f"{TOGETHER} Alice A. and Carl C. now: what one of you hands in counts as handed in by"
    assert f"{all_} all of you" in pupils.agrees("bob", "Carl C.").words
    for who in ("alice", "bob", "carl"):
        assert pupils.receives(who) == {"alice", "bob", "carl"}
    assert "You named" not in pupils.at("bob").words, "for dora there is no room"
    full = pupils.names("bob", "dora")
    assert full.status == 409
    assert f"{TOGETHER} Alice A. and Carl C. already, and at most 3 may" in full.words


def test_who_names_one_of_two_is_asked_about_the_other_before_anybody_else_is(
    pupils: Class,
) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    assert "as soon as alice names you" in pupils.names("carl", "alice").words
    assert "Bob B." not in pupils.at("carl").words, "whose partner she is she has not told"
    assert "Carl C." not in pupils.at("bob").words
    offer = "Carl C. named you as a partner; it holds when you agree, and Bob B. agrees, too,"
    assert f"{offer} and Carl C. names Bob B. ." in pupils.at("alice").words
    both = pupils.agrees("alice", "Carl C.").words
    holds = "It holds as soon as all of you named each other, and"
    assert f"{holds} Bob B. and Carl C. have still to." in both
    assert "Carl C." not in pupils.at("bob").words, "who knows nothing of Bob yet"
    pupils.agrees("carl", "Alice A. and Bob B.")
    assert pupils.receives("carl") == {"carl"}
    pupils.agrees("bob", "Carl C.")
    assert pupils.receives("carl") == {"alice", "bob", "carl"}


def test_who_agreed_to_less_than_there_is_by_now_is_asked_about_the_rest(pupils: Class) -> None:
    """Between the page and its button somebody else was quicker."""
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.at("carl")
    pupils.names("bob", "alice")
    noted = pupils.names("carl", "alice").words  # as the button of the page of then
    assert "That is noted. Alice A. hands in together with Bob B.: look below whether" in noted
    assert "Carl C." not in pupils.at("bob").words
    assert pupils.receives("carl") == {"carl"}
    forged = pupils.at("carl")
    forged.send(f"/a/{SLUG}/partners", partner="alice", **{"with": "dora"})
    assert "named you" not in pupils.at("dora").words, "who is nobody's partner there"


def test_who_declines_somebody_who_would_join_keeps_both_sides_apart(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice")
    pupils.agrees("carl", "Alice A. and Bob B.")
    assert "You declined: Carl C." in pupils.declines("bob", "carl").words
    carl = pupils.at("carl")
    assert "bob , whom you named, declined to hand in together this time" in carl.words
    apart = "whom you named: somebody who would be with you did not agree."
    assert f"You do not hand in together with alice , {apart}" in carl.words
    assert f"You do not hand in together with carl , {apart}" in pupils.at("alice").words
    assert "together with carl , whom you named: look" in pupils.at("alice").read("/")
    for who in ("alice", "bob", "carl"):
        assert "named each other: it holds" not in pupils.at(who).words
        assert "Hand in together with" not in pupils.at(who).words
    assert pupils.receives("alice") == pupils.receives("bob") == {"alice", "bob"}
    assert pupils.receives("carl") == {"carl"}
    assert "did not agree" not in pupils.names("carl", "dora").words
    pupils.names("dora", "carl")
    assert pupils.receives("carl") == {"carl", "dora"}


def test_of_two_who_wait_for_a_third_each_may_take_it_back(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice")
    pupils.agrees("carl", "Alice A. and Bob B.")
    back = pupils.takes_back("carl", "alice")
    assert "You took that back: you do not name alice any more." in back.words
    assert "Carl C." not in pupils.at("bob").words
    assert "You named carl : it holds as soon as you are named back" in pupils.at("alice").words
    assert "Hand in together with Alice A. and Bob B." in pupils.at("carl").words
    pupils.takes_back("alice", "carl")
    assert "Alice A." not in pupils.at("carl").words
    assert pupils.receives("alice") == {"alice", "bob"}, "of whom nothing was taken back"
    assert pupils.takes_back("alice", "bob").status == 409
    assert pupils.takes_back("carl", "alice").status == 409


def test_whoever_waited_for_one_who_leaves_is_with_the_others(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice")
    pupils.agrees("carl", "Alice A. and Bob B.")
    pupils.leaves("bob")
    assert pupils.receives("alice") == pupils.receives("carl") == {"alice", "carl"}
    assert pupils.receives("bob") == {"bob"}


def test_nobody_names_more_than_there_are_places_for(pupils: Class) -> None:
    pupils.names("alice", "bob")
    two = pupils.names("alice", "carl")
    assert two.status == 409
    back = "take that back first, then name somebody else."
    most = "already, and at most 2 may hand in together"
    assert f"You named bob {most}: {back}" in two.words
    assert "named you" not in pupils.at("carl").words
    assert "as soon as bob names you" in pupils.names("alice", "bob").words, "once more is the same"
    pupils.allows(3)
    pupils.names("alice", "carl")
    three = pupils.names("alice", "dora")
    assert three.status == 409
    assert (
        "You named bob and carl already, and at most 3 may hand in together: take one of them back "
        "first, then name somebody else." in three.words
    )
    pupils.names("bob", "alice")
    again = pupils.names("alice", "dora")
    assert again.status == 409
    assert "You hand in together with Bob B. and named carl already, and at most 3" in again.words
    assert "dora" not in again.page
    pupils.takes_back("alice", "carl")
    assert "as soon as dora names you" in pupils.names("alice", "dora").words


def test_who_named_as_many_as_may_still_agrees_to_whoever_names_them(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.names("carl", "alice")
    pupils.agrees("alice", "Carl C.")
    assert pupils.receives("alice") == {"alice", "carl"}
    assert "Alice A. had named you as a partner" in pupils.at("bob").words
    assert "had named you" not in pupils.names("bob", "dora").words, "it is told until then"


def test_who_left_takes_no_place_of_those_whom_others_name(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    pupils.leaves("bob")
    assert "as soon as carl names you" in pupils.names("alice", "carl").words


def test_a_partner_is_found_by_a_name_that_is_nobody_elses(pupils: Class, tmp_path: Path) -> None:
    assert "Id, e-mail address or name of a partner" in pupils.at("alice").words
    assert "as soon as bob names you" in pupils.names("alice", "Bob B.").words
    (tmp_path / "later.csv").write_text("id,name,role\ndave,Dora D.,student\n", encoding="utf-8")
    import_people(pupils.school.store, read_people(tmp_path / "later.csv"))
    carl = pupils.names("carl", "Dora D.")
    assert carl.status == 400
    assert "or the name of several: ask your partner" in carl.words


def test_two_pairs_are_not_one_group_of_four(pupils: Class) -> None:
    pupils.allows(3)
    for one, other in (("alice", "bob"), ("carl", "dora")):
        pupils.names(one, other)
        pupils.names(other, one)
    alice = pupils.names("alice", "carl")
    assert alice.status == 409
    assert "At most 3 may hand in together, and with carl you would be more" in alice.words
    assert "dora" not in alice.page.lower()
    pupils.names("zoe", "alice")
    pupils.names("bob", "zoe")
    assert pupils.receives("zoe") == {"zoe"}, "who named whom was not returned"
    pupils.agrees("alice", "Zoe Z.")
    assert pupils.receives("zoe") == {"zoe"}, "who has not agreed to bob"
    pupils.agrees("zoe", "Alice A. and Bob B.")
    assert pupils.receives("bob") == pupils.receives("zoe") == {"alice", "bob", "zoe"}


def test_who_names_two_at_the_same_moment_is_in_one_group(
    pupils: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked before either wrote."""
    pupils.names("bob", "alice")
    pupils.names("carl", "alice")
    hand_ins = pupils.school.store.hand_ins
    join = hand_ins.join

    def another_first(slug: str, one: int, other: int, together: bool) -> None:
        join(slug, one, pupils.number("carl"), True)
        join(slug, one, other, together)

    monkeypatch.setattr(hand_ins, "join", another_first)
    alice = pupils.names("alice", "bob")
    assert alice.status == 409
    assert f"{TOGETHER} Carl C. already" in alice.words
    assert pupils.receives("alice") == pupils.receives("carl") == {"alice", "carl"}
    assert pupils.receives("bob") == {"bob"}


def test_what_is_left_today_is_what_all_of_a_group_have_left(pupils: Class) -> None:
    pupils.allows(2, per_day=3)
    for _ in range(2):
        pupils.at("bob").upload(PROGRAM, "hw.py")
    assert "3 attempts left today" in pupils.at("alice").words
    pupils.names("alice", "bob")
    assert "3 attempts left today" in pupils.at("alice").words, "it does not hold yet"
    pupils.names("bob", "alice")
    bobs = "left today, for your partner Bob B. has no more than that"
    assert f"1 attempt {bobs}." in pupils.at("alice").words
    assert "1 attempt left today. " in pupils.at("bob").words, "that is his own number"
    said = pupils.school.program("alice").hand_in().json()["says"]
    midnight = datetime.now(UTC).date() + timedelta(days=1)
    again = f"you can hand in again from {midnight:%a %d %b %Y}, 00:00 UTC on."
    assert said == [
        f"0 attempts {bobs}.",
        again[0].upper() + again[1:],
        "Handed in for Bob B., too.",
    ]
    alice = pupils.at("alice")
    with_bob = f"You hand in together with Bob B. , who has no attempt left today; {again}"
    assert with_bob in alice.words
    assert f"You have no attempt left today; {again}" in pupils.at("bob").words
    assert 'type="file"' not in alice.page, "there is nothing to choose a file for"
    alice.open(f"/h/{alice.tickets()[0]}")
    assert with_bob in alice.words
    refusal = (
        "Your partner Bob B. has handed in 3 times today, which is as often as this assignment "
        f"allows: {again}"
    )
    assert alice.upload(PROGRAM, "hw.py").status_code == 429
    assert refusal in alice.words
    assert alice.words.count("hand in again from") == 1, "once is enough"
    told = pupils.school.program("alice").hand_in()
    assert (told.status_code, told.json()["error"]) == (429, refusal)
    own = pupils.school.program("bob").hand_in().json()["error"]
    assert own == refusal.replace("Your partner Bob B. has", "You have")
    pupils.leaves("alice")
    assert "2 attempts left today" in pupils.at("alice").words
    assert "no attempt left today" in pupils.at("bob").words


@pytest.mark.parametrize("whom", ["alice", "ALICE@school.example"])
def test_who_names_themselves_is_told_so(pupils: Class, whom: str) -> None:
    alice = pupils.names("alice", whom)
    assert alice.status == 400
    assert "That is you." in alice.words
    assert pupils.school.store.hand_ins.namings(SLUG) == []


@pytest.mark.parametrize("whom", ["maria", "ines"])
def test_who_teaches_is_nobodys_partner(pupils: Class, whom: str) -> None:
    alice = pupils.names("alice", whom)
    assert alice.status == 400
    assert f"'{whom}' is not a student of this course." in html.unescape(alice.words)
    assert pupils.school.store.hand_ins.namings(SLUG) == []


def test_who_teaches_now_has_left_and_what_was_void_by_them_stays_so(
    pupils: Class, tmp_path: Path
) -> None:
    pupils.said_before(("alice", "bob"), ("alice", "eve"), ("bob", "alice"), ("eve", "alice"))
    (tmp_path / "later.csv").write_text(
        "id,name,email,role\nbob,Bob B.,bob@school.example,ta\n", encoding="utf-8"
    )
    import_people(pupils.school.store, read_people(tmp_path / "later.csv"))
    assert pupils.receives("alice") == {"alice"}
    assert pupils.receives("eve") == {"eve"}
    assert "You named" not in pupils.at("alice").words


def test_who_is_named_may_decline_and_whoever_named_them_is_told_and_names_another(
    pupils: Class,
) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    bob = pupils.at("bob")
    assert "Alice A. named you" in bob.words
    (form,) = re.findall(r'<form class="note".*?</form>', bob.page, re.DOTALL)
    assert 'name="token"' in form
    assert re.findall(r"<button([^>]*)>", form) == [
        "",
        ' name="decline" value="1" aria-label="Decline: Alice A."',
    ]
    assert (
        "You declined: Alice A. is told so, and can name somebody else."
        in pupils.declines("bob", "alice").words
    )
    assert pupils.school.store.hand_ins.namings(SLUG)[-1] == Naming(
        pupils.number("bob"), pupils.number("alice"), False, declines=True
    )
    assert "Alice A." not in pupils.at("bob").words
    assert "named you" not in pupils.at("bob").read("/")
    told = (
        "bob , whom you named, declined to hand in together this time: you can name somebody "
        "else, or hand in alone."
    )
    alice = pupils.at("alice")
    assert told in alice.words
    assert "Bob B." not in alice.words, "the name is told by whoever agrees"
    assert "bob , whom you named, declined to hand in together this time: look" in alice.read("/")
    assert "Bob B." not in alice.words
    alice = pupils.at("alice")
    assert "You named carl : it holds" in alice.words, "of the others it is as before"
    assert "declined" not in pupils.at("carl").words
    assert pupils.receives("alice") == {"alice"}
    assert "declined" not in pupils.names("alice", "dora").words
    pupils.names("dora", "alice")
    assert pupils.receives("dora") == {"alice", "dora"}


def test_who_declined_may_think_again_and_be_named_again(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.declines("bob", "alice")
    pupils.names("bob", "alice")
    alice = pupils.at("alice")
    assert "declined" not in alice.words
    assert "Bob B. named you" in alice.words, "what she said is over: it is hers to agree"
    assert pupils.receives("bob") == {"bob"}
    assert "You declined: Bob B." in pupils.declines("alice", "bob").words
    assert "alice , whom you named, declined" in pupils.at("bob").words
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    assert pupils.receives("bob") == {"alice", "bob"}


def test_who_left_did_not_decline(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    pupils.leaves("bob")
    alice = pupils.at("alice")
    assert "declined" not in alice.words


def test_when_a_partner_leaves_both_are_told_so_and_what_is_possible(
    pupils: Class,
) -> None:
    both = "what one of you hands in counts as handed in by both"
    assert both in pupils.at("alice").words
    assert "Each of you names the other;" in pupils.at("alice").words
    pupils.names("alice", "bob")
    assert f"now: {both} of you." in pupils.names("bob", "alice").words
    assert f"{both} of you. What each of you handed in before stays" in pupils.at("alice").words
    assert "You hand in alone now." in pupils.leaves("bob").words
    for _ in range(2):  # however often it is loaded
        alice = pupils.at("alice")
        said = "Bob B. , who was your partner, is so no longer."
        again = "it holds when you name each other, and you still name them."
        assert f"{said} You can be partners again: {again}" in alice.words
        assert "handed in together" not in alice.words, "they never did"
        assert "You named bob" not in alice.words
        assert 'name="leave"' in alice.page, "she may take it back"
    bob = pupils.at("bob")
    assert "You and Alice A. are no longer partners." in bob.words
    assert "handed in together" not in bob.words
    assert "named you as a partner" not in bob.words
    assert "To be so again, name them below." in bob.words
    assert "Decline" not in bob.page, "nobody asked him"
    assert "Hand in together with Alice" not in bob.page
    assert "named you as a partner" not in bob.read("/")
    assert "Alice A." not in bob.words
    gone = "Bob B. , who was your partner, is so no longer: look"
    assert gone in alice.read("/")
    assert "There is nothing to decline" in pupils.declines("bob", "alice").words
    assert "declined" not in pupils.at("alice").words
    pupils.names("bob", "alice")
    assert pupils.receives("bob") == {"alice", "bob"}
    assert "no longer" not in alice.read("/")
    assert "no longer" not in pupils.at("alice").words
    pupils.leaves("alice")
    assert "Alice A. , who was your partner" in pupils.at("bob").words
    assert "You named" not in pupils.at("alice").words
    pupils.names("bob", "alice")
    assert "Bob B. named you as a partner" in pupils.at("alice").words, "he asks anew"
    pupils.declines("alice", "bob")
    bob = pupils.at("bob")
    assert "alice , whom you named, declined" in bob.words
    assert "no longer" not in bob.words, "one word on it is enough"
    pupils.names("bob", "carl")
    assert "alice" not in pupils.at("bob").page


def test_who_is_left_of_three_still_hands_in_together_and_is_told_who_left(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice", "carl")
    pupils.names("carl", "alice", "bob")
    assert "counts as handed in by all of you" in pupils.at("alice").words
    pupils.leaves("alice")  # whom both named first
    for who, other in (("bob", "carl"), ("carl", "bob")):
        name = f"{other.title()} {other[0].upper()}."
        page = pupils.at(who).words
        assert f"{TOGETHER} {name} : what one of you hands in" in page
        left = "Alice A. , who was your partner, is so no longer."
        assert f"{left} You and {name} go on together. You can be partners again" in page
        assert pupils.receives(who) == {"bob", "carl"}
    assert pupils.receives("alice") == {"alice"}
    back = pupils.names("alice", "bob").words
    assert "That is noted. Bob B. hands in together with Carl C.: look below" in back
    assert "no longer partners" not in back
    assert pupils.receives("alice") == {"alice"}, "to Carl she has not come back"
    pupils.agrees("alice", "Bob B. and Carl C.")
    assert pupils.receives("alice") == {"alice", "bob", "carl"}, "they named her still"
    pupils.leaves("alice")
    pupils.names("dora", "bob")
    pupils.agrees("bob", "Dora D.")
    pupils.agrees("dora", "Bob B. and Carl C.")
    assert pupils.receives("dora") == {"dora"}
    pupils.agrees("carl", "Dora D.")
    assert pupils.receives("dora") == {"bob", "carl", "dora"}
    section = pupils.at("carl").words.partition("Handing in together")[2]
    assert section
    assert "Alice A." not in section, "there is no room any more"


def test_who_hands_in_together_does_so_when_one_of_them_is_forgotten(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("bob", "carl")
    pupils.names("carl", "bob")
    pupils.names("alice", "bob")
    for one, other in permutations(("bob", "carl", "dora"), 2):
        pupils.said_before((one, other))
    for one, other in permutations(("alice", "bob", "dora"), 2):
        pupils.said_before((one, other))  # there is no room
    assert pupils.receives("bob") == {"bob", "carl", "dora"}
    assert pupils.receives("alice") == {"alice"}
    store = pupils.school.store
    forget(store, somebody(store, "carl", [SLUG]), [SLUG], "ines")
    told = "You handed in together with a partner who is not on the list any more"
    assert f"{told}. You and Dora D. go on together." in pupils.at("bob").words
    assert f"{told} : look" in pupils.at("dora").read("/").replace("more:", "more :")
    for page in (pupils.at("bob").page, pupils.at("dora").page, pupils.at("alice").page):
        assert "carl" not in page.lower().partition("partners-title")[2]
    assert told not in pupils.at("alice").words
    assert pupils.receives("alice") == {"alice"}, "her namings are void still"
    assert pupils.receives("bob") == {"bob", "dora"}
    pupils.names("eve", "bob", "dora")
    assert told in pupils.at("bob").words
    for one in ("bob", "dora"):
        pupils.agrees(one, "Eve E.")
        assert told not in pupils.at(one).words
    assert pupils.receives("dora") == {"bob", "dora", "eve"}, "there is room again"
    forget(store, somebody(store, "dora", [SLUG]), [SLUG], "ines")
    pupils.leaves("eve")
    assert f"{told}. You hand in alone now." in pupils.at("bob").words


def test_what_nobody_asked_cannot_be_declined(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    said = pupils.school.store.hand_ins.namings(SLUG)
    answers = set()
    for other in ("alice", "carl", "nobody", ""):
        bob = pupils.declines("bob", other)
        answers.add((bob.status, re.sub(r"token.*?>", "", bob.words)))
    ((status, words),) = answers
    assert status == 409
    assert "There is nothing to decline: they do not ask you to hand in together now" in words
    bob.ask("POST", f"/a/{SLUG}/partners", data={"partner": "alice", "decline": "1"})
    assert bob.status == 403, "without the token of a page"
    assert pupils.school.store.hand_ins.namings(SLUG) == said
    assert pupils.receives("bob") == {"alice", "bob"}


@pytest.mark.parametrize("how", ["declines", "joined another", "left"])
def test_of_who_teaches_now_nothing_is_told_any_more(
    pupils: Class, tmp_path: Path, how: str
) -> None:
    pupils.names("alice", "bob")
    if how == "declines":
        pupils.declines("bob", "alice")
    elif how == "left":
        pupils.names("bob", "alice")
        pupils.leaves("bob")
    else:
        pupils.names("carl", "bob")
        pupils.names("bob", "carl")
    told = "whom you named", "You named bob", "who was your partner"
    assert any(words in pupils.at("alice").words for words in told)
    (tmp_path / "later.csv").write_text(
        "id,name,email,role\nbob,Bob B.,bob@school.example,ta\n", encoding="utf-8"
    )
    import_people(pupils.school.store, read_people(tmp_path / "later.csv"))
    alice = pupils.at("alice")
    assert alice.status == 200
    assert "bob" not in alice.page.lower()


# ------------------------------------------------------------------ for all that can be said

SAYS = st.sampled_from([(True, False)] * 8 + [(False, False), (False, True)])
"""Whether somebody names another, and whether they decline."""
NAMINGS = st.lists(
    st.builds(
        lambda one, other, says: Naming(one, other, *says),
        st.integers(1, 6),
        st.integers(1, 6),
        SAYS,
    ),
    max_size=40,
)


def of(said: list[Naming], most: int) -> Groups:
    groups = Groups(most)
    for one in said:
        groups.say(one)
    return groups


@given(said=NAMINGS, most=st.integers(1, 5))
def test_groups_are_disjoint_the_same_for_all_and_never_too_large(
    said: list[Naming], most: int
) -> None:
    groups = of(said, most)
    last = {(one.person, one.other): one.together for one in said}
    for one in range(1, 7):
        group = groups.of(one)
        assert one in group
        assert len(group) <= most
        assert all(groups.of(other) == group for other in group)
        assert all(last[pair] for pair in permutations(group, 2)), "each named each"
        for other in groups.named(one):
            assert last[one, other]
            assert one in groups.named_by(other)
            assert groups.fit(one, other)
        assert all(one in groups.named(other) for other in groups.named_by(one))


@given(said=NAMINGS, most=st.integers(2, 5), one=st.integers(1, 6))
def test_whoever_is_named_can_return_it_and_whoever_leaves_is_alone(
    said: list[Naming], most: int, one: int
) -> None:
    for other in (before := of(said, most)).named_by(one):
        groups = of([*said, *(Naming(*pair, True) for pair in before._across(one, other))], most)
        assert other in groups.of(one)
        assert groups.of(one) == groups.of(other) == before.of(one) | before.of(other)
    left = of([*said, *(Naming(one, other, False) for other in range(1, 7))], most)
    assert left.of(one) == {one}
    assert not left.named(one)
    groups = of(said, most)
    groups.leave(one)
    assert not groups.named_by(one)
    assert {other: groups.of(other) for other in range(1, 7)} == {
        other: left.of(other) for other in range(1, 7)
    }


BOTH_WAIT = [
    *(Naming(*pair, True) for pair in permutations((1, 2, 6), 2)),
    *(Naming(*pair, True) for one in (4, 5) for pair in permutations((1, 2, one), 2)),
    *(Naming(6, one, False) for one in (1, 2)),
]
"""For the sixth alone, who leaves: the fourth joins the others, and the fifth does not."""


@given(said=NAMINGS, later=NAMINGS, most=st.integers(2, 5), one=st.integers(1, 6))
@example(said=BOTH_WAIT, later=[], most=4, one=5)
def test_who_is_forgotten_leaves_and_for_all_others_nothing_else_changes(
    said: list[Naming], later: list[Naming], most: int, one: int
) -> None:
    def called(number: int) -> int:
        return -one if number == one else number

    later = [naming for naming in later if one not in (naming.person, naming.other)]
    left = of(said, most)
    together = left.of(one) - {one}
    left.leave(one)
    kept = [replace(n, person=called(n.person), other=called(n.other)) for n in said]
    kept = [naming for naming in kept if naming.person != naming.other]
    groups = of([*kept, Naming(-one, -one, False)], most)
    assert {who for who in range(1, 7) if groups.lost(who)} == together
    for naming in later:
        left.say(naming)
        groups.say(naming)
    for other in {*range(1, 7)} - {one}:
        for told in (Groups.of, Groups.named, Groups.missed, Groups.declined, Groups.parted):
            assert told(groups, other) == told(left, other)


@given(said=NAMINGS, most=st.integers(2, 5), one=st.integers(1, 6))
def test_to_decline_changes_nothing_but_what_is_declined(
    said: list[Naming], most: int, one: int
) -> None:
    before = of(said, most)
    for other in before.named_by(one):
        after = of([*said, Naming(one, other, False, declines=True)], most)
        mine, theirs = before.of(one), before.of(other)
        assert one in after.declined(other)
        for who in range(1, 7):
            assert after.of(who) == before.of(who)
            apart = theirs if who in mine else mine if who in theirs else frozenset()
            assert after.named(who) == before.named(who) - apart
            told = after.declined(who) | after.kept_apart(who)
            assert who == one or before.named(who) & apart <= told
            assert after.missed(who) == before.missed(who)
        again = of([*said, Naming(one, other, False, True), Naming(one, other, True)], most)
        assert one not in again.declined(other)


@given(said=NAMINGS, most=st.integers(1, 5), one=st.integers(1, 6), other=st.integers(1, 6))
def test_a_group_that_is_full_stays_as_it_is_until_somebody_leaves_it(
    said: list[Naming], most: int, one: int, other: int
) -> None:
    before = of(said, most)
    after = of([*said, Naming(one, other, True)], most)
    for who in range(1, 7):
        assert before.of(who) <= after.of(who)
        if len(before.of(who)) == most:
            assert before.of(who) == after.of(who)
    if not before.fit(one, other):
        assert all(before.of(who) == after.of(who) for who in range(1, 7))
        assert after.named(one) == before.named(one)


# ------------------------------------------------------------------ one piece of work to staff


def together(school: School) -> Client:
    """Alice and Bob hand in together, Carl alone and the same text; the desk of maria."""
    people = Class(school)
    people.names("alice", "bob")
    people.names("bob", "alice")
    people.at("alice").upload(NOTEBOOK)
    people.at("carl").upload(NOTEBOOK)
    school.grade(*3 * [verdict("moment_overwritten", answer="It stops.")])
    return school.browser("maria")


def answers_in(maria: Client, kind: str = "unread") -> list[str]:
    """Whose answers are in a list, a line each."""
    page = maria.open(f"/desk/{SLUG}/?kind={kind}&question={ASKED}")
    lines = re.findall(r'<th scope="row">(.*?)</th>', page)
    return [" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in lines]


def points_of(school: School) -> dict[str, float | None]:
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    rows = exercise.room.view().rows
    return {row.student: row.points for row in rows if row.question == ASKED}


def mark(maria: Client, points: float, *, unchecked: bool = False, comment: str = "") -> None:
    """As the form of the open page has it, its boxes ticked as they are."""
    form = re.search(r'<form[^>]*id="marking".*?</form>', maria.page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    ticked = re.findall(r'name="together" value="([^"]+)" checked', form[0])
    action = re.search(r'action="([^"]+)"', form[0])
    assert action is not None
    if not unchecked:
        fields["together"] = ticked  # type: ignore[assignment]
    data = {**fields, "points": points, "comment": comment, "do": "mark"}
    maria.ask("POST", action[1].replace("&amp;", "&"), data=data)


def open_answer(school: School, maria: Client, student: str) -> None:
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    attempt = exercise.room.view().book.counting[student]
    maria.open(f"/desk/{SLUG}/answer/{attempt}/{ASKED}")


def test_what_two_handed_in_together_is_marked_once(pupils: Class) -> None:
    school = pupils.school
    maria = together(school)
    assert answers_in(maria) == ["alice and bob", "carl"]
    assert "2 answers of 3 students" in maria.words
    assert f"{ASKED} 0 of 2 read" in maria.words
    assert "to read 2" in maria.words, "beside the list and in it they are counted alike"
    assert "Mark (2 to read)" in maria.read("/course")
    count = sum(one.by_person or 3 for one in assignment().questions)
    maria.open(f"/desk/{SLUG}/?all=1")
    assert f"all {count + 1} " in maria.words
    assert f"{count + 1} answers of 3 students" in maria.words
    open_answer(school, maria, "alice")
    assert "bob handed it in together with this student, and gets the same" in maria.words
    mark(maria, 7)
    assert "alice, bob: 7 of 10 points." in maria.words
    assert points_of(school) == {"alice": 7, "bob": 7, "carl": None}
    assert answers_in(maria) == ["carl"]
    open_answer(school, maria, "carl")
    assert "handed it in together" not in maria.words, "nobody did with Carl, though texts agree"


def test_who_sent_it_is_said_of_the_others_attempt(pupils: Class) -> None:
    school = pupils.school
    maria = together(school)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    counting = exercise.room.view().book.counting
    compare = f"/desk/{SLUG}/compare/"
    assert "1 counts sent by alice hw.ipynb" in maria.read(f"{compare}{counting['bob']}")
    assert "sent by" not in maria.read(f"{compare}{counting['alice']}")
    maria.read(f"/desk/{SLUG}/submission/{counting['bob']}")
    assert "one piece of work, which alice sent." in maria.words


def test_partners_may_be_given_different_points_and_are_then_two(pupils: Class) -> None:
    school = pupils.school
    maria = together(school)
    open_answer(school, maria, "alice")
    mark(maria, 7, unchecked=True)
    assert points_of(school) == {"alice": 7, "bob": None, "carl": None}
    assert answers_in(maria) == ["bob", "carl"]
    assert answers_in(maria, "") == ["alice", "bob", "carl"]
    open_answer(school, maria, "bob")
    assert re.search(r'name="together" value="[^"]+">', maria.page), "alice has points already"
    assert "alice has 7 of 10, given by maria, for the same piece of work." in maria.words
    assert "Give alice the same, too" in maria.words
    mark(maria, 3)
    assert points_of(school) == {"alice": 7, "bob": 3, "carl": None}
    said = "bob: 3 of 10 points. For one piece of work there are different points:"
    assert f"{said} bob 3 and alice 7." in maria.words
    open_answer(school, maria, "carl")
    assert "piece of work" not in maria.words


def test_what_a_partner_has_is_taken_over_at_once(pupils: Class) -> None:
    school = pupils.school
    maria, ines = together(school), school.browser("ines")
    open_answer(school, maria, "alice")
    mark(maria, 7, unchecked=True, comment="Say why.")
    open_answer(school, maria, "bob")
    open_answer(school, ines, "bob")
    follow(maria)
    assert "bob: 7 of 10 points." in maria.words
    assert "different points" not in maria.words
    assert points_of(school) == {"alice": 7, "bob": 7, "carl": None}
    open_answer(school, maria, "bob")
    assert ">Say why.</textarea>" in maria.page
    assert "Give bob the same" not in maria.words
    open_answer(school, maria, "alice")
    mark(maria, 5, unchecked=True)
    follow(ines)
    assert ines.status == 409, "neither is as it was shown"
    assert points_of(school) == {"alice": 5, "bob": 7, "carl": None}


def follow(maria: Client) -> None:
    """Press the button that takes over what a partner has."""
    form = re.search(r'<form class="note".*?</form>', maria.page, re.DOTALL)
    assert form is not None
    assert 'name="do" value="same"' in form[0]
    action = re.search(r'action="([^"]+)"', form[0])
    assert action is not None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    maria.ask("POST", action[1].replace("&amp;", "&"), data={**fields, "do": "same"})


def test_a_partner_of_whom_somebody_decided_meanwhile_is_not_marked_over(pupils: Class) -> None:
    school = pupils.school
    maria, ines = together(school), school.browser("ines")
    open_answer(school, maria, "alice")
    open_answer(school, ines, "bob")
    mark(ines, 2, unchecked=True)
    mark(maria, 7)
    assert maria.status == 409
    assert "decided on the same answer of a partner" in maria.words
    assert points_of(school) == {"alice": None, "bob": 2, "carl": None}


def test_an_override_is_for_both_unless_it_is_for_one(pupils: Class) -> None:
    school = pupils.school
    maria = together(school)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    for ticked, expected in (("bob", 25), ("carl", 15), ("", 15)):
        view = exercise.room.view()
        address = f"/desk/{SLUG}/submission/{view.book.counting['alice']}"
        assert "Handed in together with bob : one piece of work." in maria.read(address)
        maria.send(address, question="adam", points=25, reason="so", do="override", together=ticked)
        lines = exercise.room.view().lines
        adam = {
            student: next(row.points for row in lines[student].answers if row.question == "adam")
            for student in ("alice", "bob", "carl")
        }
        assert adam == {"alice": 25, "bob": expected, "carl": 15}, ticked
        maria.open(address)
        maria.send(address, question="adam", reason="no", do="own", together="bob")


def test_who_is_refused_finds_back_to_the_assignment(pupils: Class) -> None:
    alice = pupils.names("alice", "nobody")
    assert alice.status == 400
    assert f'<a href="/a/{SLUG}">Back to the assignment</a>' in alice.page
    assert "To the first page" in alice.read("/a/none"), "there is nothing to go back to"


def test_whose_naming_is_void_is_told_so_until_they_name_somebody_else(pupils: Class) -> None:
    pupils.names("eve", "alice")
    assert "You named alice : it holds as soon as" in pupils.at("eve").words
    pupils.names("bob", "alice")
    pupils.names("alice", "bob")
    for _ in range(2):  # however often it is loaded
        assert "You named alice , who hands in together with others now" in pupils.at("eve").words
    assert "alice , whom you named, hands in together with others now: look" in pupils.at(
        "eve"
    ).read("/")
    assert "bob" not in pupils.at("eve").page.lower(), "whose partner they are is nobody else's"
    assert "Alice A." not in pupils.at("eve").words, "the name is told by whoever agrees"
    assert "with others now" not in pupils.at("bob").words
    pupils.names("eve", "carl")
    assert "You named alice" not in pupils.at("eve").words


def test_a_partner_who_was_forgotten_is_told_of_without_a_name(pupils: Class) -> None:
    pupils.names("alice", "bob")
    pupils.names("bob", "alice")
    assert pupils.receives("alice") == {"alice", "bob"}
    (ticket,) = pupils.at("bob").tickets()
    assert ", by Alice A. for you, too" in pupils.at("bob").read(f"/h/{ticket}")
    store = pupils.school.store
    forget(store, somebody(store, "alice", [SLUG]), [SLUG], "ines")
    page = pupils.at("bob").read(f"/h/{ticket}")
    assert ", by a partner who is not on the list any more for you, too" in page
    assert "forgotten" not in page


@pytest.mark.parametrize("order", ["named", "named by"])
def test_where_there_is_room_again_nobody_is_told_that_there_is_none(
    pupils: Class, order: str
) -> None:
    pupils.allows(3)
    one, other = ("alice", "bob") if order == "named" else ("bob", "alice")
    group = ("bob", "carl", "dora")
    pupils.said_before((one, other), *permutations(group, 2))
    assert pupils.receives("bob") == set(group)
    alice = pupils.at("alice")
    assert "there is no room for more" in alice.words
    assert "hands in together with others now: look" in alice.read("/")
    pupils.leaves("dora")
    alice = pupils.at("alice")
    bob = "bob , whom you named" if order == "named" else "Bob B. , who had named you"
    assert f"There was no room to hand in together with {bob}; now there is: name" in alice.words
    assert "there is no room for more" not in alice.words
    home = alice.read("/")
    assert f"There is room again to hand in together with {bob.partition(' ,')[0]} : look" in home
    assert "with others now" not in home
