"""Every known misconception can be told to a student: kindly, shortly, without the answer."""

import re
import tomllib
from pathlib import Path

import pytest

from reference import misconceptions, vocabulary

FILE = Path(misconceptions.__file__).parent / "misconceptions.toml"
WORDS = tomllib.loads(FILE.read_text(encoding="utf-8"))


def listed(text):
    return text.split()


# The names that grades, statistics and feedback have promised to use, in the order of the promise.
PROMISED = listed("""
epsilon_outside_root epsilon_outside_fraction epsilon_scales_gradient epsilon_missing
root_missing multiplies_by_root
mean_gradient gradient_not_reset last_gradient_only per_sample_update wrong_sign raw_gradient_step
state_for_gradient gradient_arguments_swapped
gradient_not_squared state_not_accumulated state_never_updated state_used_before_update
state_starts_at_one state_double_counted state_shared_by_w_and_b b_uses_w_state w_uses_b_state
decay_missing complement_missing complement_added complement_swapped betas_swapped single_beta
moment_overwritten correction_missing correction_first_moment_only correction_second_moment_only
correction_constant correction_exponent_zero correction_exponent_late correction_exponent_total
correction_precedence correction_multiplies
another_rule weight_decay_added b_not_adaptive
sequential_update
history_aliased history_without_start history_too_long final_point_only nothing_returned
hyperparameter_ignored hyperparameter_bounded start_ignored stops_early mutates_input
remembers_last_call
returned_in_another_form histories_swapped
""")

# Names that only momentum, NAG, annealing and AMSGrad questions use.
FURTHER = listed("""
velocity_not_used_in_step lookahead_missing lookahead_wrong_point eta_applied_twice
velocity_averaged annealing_missing annealing_exponent_wrong maximum_missing maximum_of_corrected
gamma_swapped velocity_reversed lookahead_kept lookahead_recorded annealing_compounded
annealing_outside_velocity maximum_overwrites_state correction_added
""")

LONGEST = {
    "title": 70,
    "formula": 110,
    "what": 300,
    "hint": 200,
    "lecture": 210,
    "convention": 170,
}
CONVENTIONS = {
    "epsilon_outside_root",
    "mean_gradient",
    "velocity_averaged",
    "maximum_of_corrected",
    "lookahead_recorded",
    "annealing_outside_velocity",
    "correction_added",
}

# The lecture's formulas, as `formula` and `hint` might spell them once blanks are taken out.
RIGHT = listed("""
v=v+g² v=v+g**2 v_w=v_w+dw**2 v_b=v_b+db**2 v+=g² v+=g**2
v=β·v+(1-β)·g² v=beta*v+(1-beta)*g**2 v_w=beta*v_w+(1-beta)*dw**2
m=β1·m+(1-β1)·g m=beta1*m+(1-beta1)*g m_w=beta1*m_w+(1-beta1)*dw
m̂=m/(1-β1^t) m̂=m/(1-β^t) m_hat=m/(1-beta1**t) v̂=v/(1-β2^t) v_hat=v/(1-beta2**t)
θ=θ-η/√(v+ε)·g θ=θ-η/√(v̂+ε)·m̂ w=w-eta/np.sqrt(v_w+eps)*dw w=w-(eta/np.sqrt(v_w+eps))*dw
θ=θ-update update=γ·update+η·g
""")

# A state or parameter on the left, something computed on the right.
COMPUTED_ASSIGNMENT = re.compile(
    r"(?<![\w.])(?:v|m|w|b|θ|g|update|dw|db)(?:_\w+)?\u0302?\s*[-+*/]?=(?!=)[^=`?]*[-+*/·√]"
)


def every_text(key):
    return [
        pytest.param(slug, entry[key], id=slug) for slug, entry in WORDS.items() if key in entry
    ]


def statements(text):
    """The formulas of a text, blanks taken out."""
    return {part.replace(" ", "").rstrip(".") for part in re.split(r"[;,`]| or | and ", text)}


def test_the_promised_names_come_first_and_in_order_then_the_further_ones():
    assert list(WORDS) == PROMISED + FURTHER


def test_every_edit_has_words():
    assert {edit.slug for edit in misconceptions.EDITS} <= set(WORDS)


@pytest.mark.parametrize(("slug", "entry"), WORDS.items(), ids=list(WORDS))
def test_every_entry_says_all_there_is_to_say_in_few_words(slug, entry):
    texts = {key: text for key, text in entry.items() if key != "seen"}
    assert set(LONGEST) - {"convention"} <= set(texts) <= set(LONGEST)
    for key, text in texts.items():
        assert text == text.strip()
        assert "\n" not in text
        assert 8 <= len(text) <= LONGEST[key], f"{slug}.{key} has {len(text)} characters"


def test_the_words_can_be_asked_for_by_name():
    words = vocabulary.words()
    assert list(words) == list(WORDS)
    assert all(word.slug == slug for slug, word in words.items())
    assert words["epsilon_missing"].convention == ""
    assert words["epsilon_outside_root"].convention


def test_only_what_others_teach_is_a_convention():
    assert {slug for slug, entry in WORDS.items() if "convention" in entry} == CONVENTIONS


@pytest.mark.parametrize(("slug", "title"), every_text("title"))
def test_a_title_completes_a_sentence_about_the_function(slug, title):
    verb = title.removeprefix("never ").split()[0]
    assert verb.endswith("s"), "a verb in the present tense"
    assert not title.endswith((".", "!", "?"))
    assert title[0].islower()


def test_no_two_titles_are_alike():
    titles = [entry["title"] for entry in WORDS.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(("slug", "what"), every_text("what"))
def test_what_it_means_is_told_in_whole_sentences(slug, what):
    assert what[0].isupper() or not what[0].isascii() or what.split()[0] in {"b", "n", "v", "m"}
    assert what.endswith(".")


@pytest.mark.parametrize("slug", ["stops_early", "gradient_arguments_swapped"])
def test_what_may_come_with_another_fault_does_not_call_the_rest_right(slug):
    entry = WORDS[slug]
    assert "right" not in f"{entry['formula']} {entry['what']}".split()


@pytest.mark.parametrize(("slug", "hint"), every_text("hint"))
def test_a_hint_asks_and_does_not_give_the_line_away(slug, hint):
    assert "?" in hint or hint.startswith("Look for"), "a question to ask oneself or where to look"
    assert not COMPUTED_ASSIGNMENT.search(hint)
    assert not statements(hint) & set(RIGHT)


@pytest.mark.parametrize("line", RIGHT)
def test_the_check_on_hints_would_notice_the_answer(line):
    gives_away = f"Try `{line}` there."
    assert COMPUTED_ASSIGNMENT.search(gives_away) or statements(gives_away) & set(RIGHT)


@pytest.mark.parametrize(("slug", "formula"), every_text("formula"))
def test_a_formula_describes_the_fault(slug, formula):
    faults = statements(formula)
    # Where only one of two moments is wrong, the other one's formula is right.
    assert faults - set(RIGHT), f"{slug}: {formula}"


@pytest.mark.parametrize(("slug", "lecture"), every_text("lecture"))
def test_the_lecture_is_cited_by_its_slides(slug, lecture):
    slides = {
        "00:31", "02:41", "07:49", "10:13", "11:55", "15:18", "17:59",
        "19:54", "21:48", "25:19", "25:21", "27:53", "35:28",
    }  # fmt: skip
    cited = set(re.findall(r"\d\d:\d\d", lecture))
    assert cited <= slides
    assert cited or "earlier in lecture 5" in lecture
