"""Who hands in together: the same group for everybody in it, and never more than may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from course_class import ASKED, SLUG
from hypothesis import given
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
    pupils.names("alice", "bob", "eve")
    assert "You named bob ," in pupils.at("alice").words
    assert "Alice A. named you" in pupils.at("eve").words
    assert "now: what one of you" in pupils.names("bob", "alice").words
    assert "You named" not in pupils.at("alice").words
    eve = pupils.at("eve")
    assert "Alice A." not in eve.words
    assert "Alice A." not in eve.read("/")
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


def test_three_are_one_group_whoever_named_whom(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice", "dora")
    pupils.names("carl", "alice")
    for who in ("alice", "bob", "carl"):
        assert pupils.receives(who) == {"alice", "bob", "carl"}
    assert "You named" not in pupils.at("bob").words, "for dora there is no room"
    full = pupils.names("bob", "dora")
    assert full.status == 409
    assert f"{TOGETHER} Alice A. and Carl C. already, and at most 3 may" in full.words
    pupils.leaves("alice")  # who named both
    for who in ("alice", "bob", "carl"):
        assert pupils.receives(who) == {who}


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
    pupils.names("alice", "zoe")
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


def test_when_a_partner_leaves_both_are_told_what_stays_and_what_is_possible(
    pupils: Class,
) -> None:
    both = "what one of you hands in counts as handed in by both"
    assert both in pupils.at("alice").words
    assert "Each of you names the other;" in pupils.at("alice").words
    pupils.names("alice", "bob")
    assert f"now: {both} of you." in pupils.names("bob", "alice").words
    assert f"{both} of you. What each of you handed in before stays" in pupils.at("alice").words
    kept = "What you handed in together stays yours."
    assert f"You hand in alone now. {kept}" in pupils.leaves("bob").words
    for _ in range(2):  # however often it is loaded
        alice = pupils.at("alice")
        said = "Bob B. , with whom you handed in together, hands in alone now."
        again = "it holds when you name each other, and you still name them."
        assert f"{said} {kept} You can hand in together again: {again}" in alice.words
        assert "You named bob" not in alice.words
        assert 'name="leave"' in alice.page, "she may take it back"
    bob = pupils.at("bob")
    assert f"You handed in together with Alice A. , and hand in alone now. {kept}" in bob.words
    assert "named you as a partner" not in bob.words
    assert "named you as a partner" not in bob.read("/")
    pupils.names("bob", "alice")
    assert pupils.receives("bob") == {"alice", "bob"}
    assert "hands in alone now" not in pupils.at("alice").words
    pupils.leaves("alice")
    assert "Alice A. , with whom you handed in together" in pupils.at("bob").words
    assert "You named" not in pupils.at("alice").words
    pupils.declines("alice", "bob")
    bob = pupils.at("bob")
    assert "alice , whom you named, declined" in bob.words
    assert "hands in alone now" not in bob.words, "one word on it is enough"
    pupils.names("bob", "carl")
    assert "alice" not in pupils.at("bob").page


def test_who_is_left_of_three_still_hands_in_together_and_is_told_who_left(pupils: Class) -> None:
    pupils.allows(3)
    pupils.names("alice", "bob", "carl")
    pupils.names("bob", "alice")
    pupils.names("carl", "alice")
    assert "counts as handed in by all of you" in pupils.at("alice").words
    pupils.leaves("carl")
    assert "Carl C. , with whom you handed in together" in pupils.at("bob").words
    assert "and you still name them" not in pupils.at("bob").words
    assert pupils.receives("bob") == {"alice", "bob"}
    pupils.names("dora", "bob")
    pupils.names("bob", "dora")
    assert "Carl C." not in pupils.at("alice").words, "there is no room any more"


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
    assert "There is nothing to decline: they do not name you as a partner now" in words
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
    told = "whom you named", "You named bob", "with whom you handed in together"
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
        reached = {one}
        for _ in group:
            reached |= {b for a, b in permutations(group, 2) if a in reached and last.get((a, b))}
        assert reached == group, "nobody is in it whom nobody in it named, and they them"
        for other in groups.named(one):
            assert last[one, other]
            assert one in groups.named_by(other)
            assert groups.fit(one, other)
        assert all(one in groups.named(other) for other in groups.named_by(one))


@given(said=NAMINGS, most=st.integers(2, 5), one=st.integers(1, 6))
def test_whoever_is_named_can_return_it_and_whoever_leaves_is_alone(
    said: list[Naming], most: int, one: int
) -> None:
    for other in of(said, most).named_by(one):
        groups = of([*said, Naming(one, other, True)], most)
        assert other in groups.of(one)
        assert groups.of(one) == groups.of(other)
    left = of([*said, *(Naming(one, other, False) for other in range(1, 7))], most)
    assert left.of(one) == {one}
    assert not left.named(one)
    groups = of(said, most)
    groups.leave(one)
    assert not groups.named_by(one)
    assert {other: groups.of(other) for other in range(1, 7)} == {
        other: left.of(other) for other in range(1, 7)
    }


@given(said=NAMINGS, most=st.integers(2, 5), one=st.integers(1, 6))
def test_to_decline_changes_nothing_but_what_is_declined(
    said: list[Naming], most: int, one: int
) -> None:
    before = of(said, most)
    for other in before.named_by(one):
        after = of([*said, Naming(one, other, False, declines=True)], most)
        assert after.named(other) == before.named(other) - {one}
        assert one in after.declined(other)
        for who in range(1, 7):
            assert after.of(who) == before.of(who)
            assert after.named(who) == before.named(who) - ({one} if who == other else set())
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


def mark(maria: Client, points: float, *, unchecked: bool = False) -> None:
    """As the form of the open page has it, its boxes ticked as they are."""
    form = re.search(r'<form[^>]*id="marking".*?</form>', maria.page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    ticked = re.findall(r'name="together" value="([^"]+)" checked', form[0])
    action = re.search(r'action="([^"]+)"', form[0])
    assert action is not None
    if not unchecked:
        fields["together"] = ticked  # type: ignore[assignment]
    data = {**fields, "points": points, "do": "mark"}
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
    assert "2 answers for 3 students" in maria.words
    open_answer(school, maria, "alice")
    assert "bob handed it in together with this student, and gets the same" in maria.words
    mark(maria, 7)
    assert "alice, bob: 7 of 10 points." in maria.words
    assert points_of(school) == {"alice": 7, "bob": 7, "carl": None}
    assert answers_in(maria) == ["carl"]
    open_answer(school, maria, "carl")
    assert "handed it in together" not in maria.words, "nobody did with Carl, though texts agree"


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
    mark(maria, 3)
    assert points_of(school) == {"alice": 7, "bob": 3, "carl": None}


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
    assert ", by a partner for you, too" in page
    assert "forgotten" not in page
