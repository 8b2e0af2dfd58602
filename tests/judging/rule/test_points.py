"""One fault costs its own part and the trajectory, not everything."""

from dataclasses import replace

import pytest

from autograder.judging.update_rule import Conventions
from autograder.settings import Convention
from tests.judging.students import (
    assignment,
    exam,
    judge,
    part,
    question,
    score,
    share,
    take,
    verdict_on,
    written,
)

OUTSIDE = {
    rule: [(f"np.sqrt({v}_{p} + eps)", f"(np.sqrt({v}_{p}) + eps)") for p in "wb"]
    for rule, v in (("adagrad", "v"), ("rmsprop", "v"), ("adam", "vh"))
}
WITHOUT = [(" + eps)", ")")]
UNCORRECTED = [("/ (1 - beta1**t)", ""), ("/ (1 - beta2**t)", "")]
MEAN = [("        v_w = ", "        dw, db = dw / len(X), db / len(X)\n        v_w = ")]
PARTS = ("gradient", "first moment", "second moment", "bias correction", "step")


def lost_parts(verdict):
    return {c.name for c in verdict.checks if c.name in PARTS and c.score < c.max_score}


@pytest.mark.parametrize("rule", OUTSIDE)
def test_a_right_rule_has_every_point_and_nothing_said(rule):
    verdict = verdict_on(rule, written(rule))
    assert all(check.passed for check in verdict.checks)
    assert score(verdict) == sum(question(rule).points.values())
    assert not verdict.misconceptions
    assert not verdict.evidence
    assert not verdict.tables
    assert verdict.message is None


@pytest.mark.parametrize(
    ("rule", "edits", "parts"),
    [
        ("adam", UNCORRECTED, {"bias correction"}),
        ("adam", [("mh_", "m_")], {"bias correction"}),
        ("adam", [("* mh_w", "* dw"), ("* mh_b", "* db")], {"first moment", "step"}),
        ("adam", [("dw +=", "dw ="), ("db +=", "db =")], {"gradient"}),
        ("adam", [("beta2 * v_w", "v_w"), ("beta2 * v_b", "v_b")], {"second moment"}),
        ("adam", [("np.sqrt", "")], {"step"}),
        ("rmsprop", [("(1 - beta) * d", "d")], {"second moment"}),
        ("adagrad", MEAN, {"gradient"}),
    ],
)  # fmt: skip
def test_a_named_fault_costs_its_own_part(rule, edits, parts):
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions
    assert lost_parts(verdict) == parts
    assert not part(verdict, "trajectory")
    assert 0.4 <= share(verdict) <= 0.8


def test_adam_without_its_correction_keeps_half():
    verdict = verdict_on("adam", written("adam", *UNCORRECTED))
    assert verdict.misconceptions == ("correction_missing",)
    assert 0.4 <= share(verdict) <= 0.8
    assert not part(verdict, "unbiased moments")
    assert part(verdict, "no epochs")


@pytest.mark.parametrize("rule", OUTSIDE)
@pytest.mark.parametrize("missing", [False, True], ids=["outside", "missing"])
@pytest.mark.parametrize("student", ["somebody", "emil"])
def test_epsilon_elsewhere_costs_a_tenth_at_most(rule, missing, student):
    """Also where a missing epsilon gives NaN on a feature that is never on."""
    verdict = verdict_on(rule, written(rule, *(WITHOUT if missing else OUTSIDE[rule])), student)
    slug = "epsilon_missing" if missing else "epsilon_outside_root"
    assert verdict.misconceptions == (slug,)
    assert 0.9 - 1e-9 <= share(verdict) < 1
    assert verdict.explanations[0].slug == slug


def test_the_mean_costs_in_full_by_default():
    assert share(verdict_on("adagrad", written("adagrad", *MEAN))) <= 0.6


# -------------------------------------------------------------------------- an instructor's choice


def judged_under(policy, *edits):
    """The verdict on an AdaGrad under conventions as assignment.toml has them."""
    one = exam("adagrad")
    other = replace(one, question=replace(one.question, conventions=Conventions.of(policy)))
    return judge(other, take(one, written("adagrad", *edits)))


def policy(name, **more):
    return {"epsilon_outside_root": Convention(name, **more)}


def test_accepted_is_right_and_nothing_is_said():
    verdict = judged_under(policy("accept"), *OUTSIDE["adagrad"])
    assert share(verdict) == 1
    assert verdict.misconceptions == ()
    assert verdict.explanations == ()


def test_warned_is_right_with_a_word():
    verdict = judged_under(policy("warn"), *OUTSIDE["adagrad"])
    assert share(verdict) == 1
    assert verdict.misconceptions == ("epsilon_outside_root",)
    assert verdict.explanations


@pytest.mark.parametrize("part_of_all", [0.05, 0.1])
def test_points_are_that_share_of_the_question(part_of_all):
    verdict = judged_under(policy("points", share=part_of_all), *OUTSIDE["adagrad"])
    assert share(verdict) == pytest.approx(1 - part_of_all)


def test_more_points_than_the_step_has_are_taken_nevertheless():
    verdict = judged_under(policy("points", share=0.3), *OUTSIDE["adagrad"])
    assert share(verdict) == pytest.approx(0.7)


@pytest.mark.parametrize("conventions", [policy("full"), {}], ids=["full", "not mentioned"])
def test_in_full_it_is_a_fault_like_any_other(conventions):
    verdict = judged_under(conventions, *OUTSIDE["adagrad"])
    assert verdict.misconceptions == ("epsilon_outside_root",)
    assert share(verdict) < 0.7
    assert not part(verdict, "trajectory")


@pytest.mark.parametrize("name", ["accept", "warn", "points", "full"])
def test_no_policy_helps_another_fault(name):
    more = {"share": 0.1} if name == "points" else {}
    verdict = judged_under(policy(name, **more), ("dw +=", "dw ="), ("db +=", "db ="))
    assert verdict.misconceptions == ("last_gradient_only",)
    assert share(verdict) <= 0.6


def test_an_accepted_convention_beside_a_fault_is_not_mentioned():
    edits = [*OUTSIDE["adagrad"], ("dw +=", "dw ="), ("db +=", "db =")]
    verdict = judged_under(policy("accept"), *edits)
    assert verdict.misconceptions == ("last_gradient_only",)


@pytest.mark.parametrize(
    ("rule", "dearer", "cheaper"),
    [
        ("adam", UNCORRECTED, OUTSIDE["adam"]),
        ("adam", UNCORRECTED, [("dw +=", "dw ="), ("db +=", "db =")]),
        ("adagrad", [("dw +=", "dw ="), ("db +=", "db =")], OUTSIDE["adagrad"]),
        ("rmsprop", [("(1 - beta) * d", "d")], [("dw +=", "dw ="), ("db +=", "db =")]),
    ],
)
def test_a_pair_costs_what_its_dearer_fault_costs(rule, dearer, cheaper):
    pair = verdict_on(rule, written(rule, *dearer, *cheaper))
    alone, other = (verdict_on(rule, written(rule, *edits)) for edits in (dearer, cheaper))
    assert set(pair.misconceptions) == set(alone.misconceptions) | set(other.misconceptions)
    assert share(alone) <= share(other)
    parts = [c for c in pair.checks if c.name in PARTS]
    same = [c for c in alone.checks if c.name in PARTS]
    assert sum(c.score for c in parts) == pytest.approx(sum(c.score for c in same))
    assert (
        any("costs nothing beyond" in c.message for c in parts)
        or len(lost_parts(other)) == 0
        or (lost_parts(other) <= lost_parts(alone))
    )


# -------------------------------------------------------------- without a name, by measurement


@pytest.mark.parametrize(
    ("rule", "edits", "lost"),
    [
        ("adagrad", [("np.sqrt", "np.cbrt")], "step"),
        ("adagrad", [("+ eps)", "+ 2 * eps)")], "step"),
        ("adagrad", [("+ eps)", "+ eps**2)")], "step"),
        ("adagrad", [("eta /", "eta / t /")], "step"),
        ("adagrad", [("dw**2", "dw**3"), ("db**2", "db**3")], "second moment"),
        ("adagrad", [("v_w + dw", "0.5 * v_w + dw"), ("v_b + db", "0.5 * v_b + db")],
         "second moment"),
        ("adagrad", [("dw**2", "2 * dw**2"), ("db**2", "2 * db**2")], "second moment"),
        ("rmsprop", [("(1 - beta) * d", "(1 + beta) * d")], "second moment"),
        ("rmsprop", [("np.sqrt(v_w", "np.sqrt(v_w / (1 - beta**t)"),
                     ("np.sqrt(v_b", "np.sqrt(v_b / (1 - beta**t)")], "step"),
        ("adagrad", [("zip(X, Y)", "list(zip(X, Y))[:1]")], "gradient"),
        ("adam", [("beta1**t", "beta1**(2 * t)"), ("beta2**t", "beta2**(2 * t)")],
         "bias correction"),
    ],
)  # fmt: skip
def test_a_fault_without_a_name_costs_the_part_that_is_measured_wrong(rule, edits, lost):
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions == ()
    assert lost in lost_parts(verdict)
    assert 0 < share(verdict) <= 0.65
    assert verdict.evidence


def test_a_part_that_is_measured_right_keeps_its_points_though_nothing_has_a_name():
    edits = [("beta1**t", "beta1**(2 * t)"), ("beta2**t", "beta2**(2 * t)")]
    verdict = verdict_on("adam", written("adam", *edits))
    assert lost_parts(verdict) == {"bias correction"}
    verdict = verdict_on("adagrad", written("adagrad", ("zip(X, Y)", "list(zip(X, Y))[:1]")))
    assert lost_parts(verdict) == {"gradient"}


def test_every_question_of_the_assignment_gives_out_its_points():
    for one in assignment().questions:
        if not one.by_person:
            assert sum(one.kind.points.values()) == one.points
