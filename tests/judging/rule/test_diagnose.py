"""Names: right ones, equivalent ones, or none; never a wrong one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judging.rule.diagnose import EXACT
from autograder.model import Fault, Outcome, Trace
from tests.judging.students import RULES, exam, judge, question, score, share, verdict_on, written

FORMS = {"w": ("v_w", "dw"), "b": ("v_b", "db")}


# ------------------------------------------------------- known rules, evaluated on an exam's calls


def answered(exam, family):
    """The traces of each candidate of a family, on every call of the exam."""
    rows_of = {}
    for instance in exam.instances:
        rows = family.trajectories(instance)
        rows_of[instance.name] = rows[:, :: instance.points] if family.every_point else rows
    for number, candidate in enumerate(family.candidates):
        yield (
            candidate,
            {
                instance.name: as_trace(instance, rows_of[instance.name][number], candidate)
                for instance in exam.instances
            },
        )


def as_trace(instance, rows, candidate):
    if candidate.numbers_only and instance.init_w.ndim:
        return Trace(instance.name, Outcome.RAISED, fault=Fault("ValueError", "of unlike shape"))
    w = rows[:, :-1] if instance.init_w.ndim else rows[:, 0]
    return Trace(instance.name, Outcome.RETURNED, (w, rows[:, -1]))


def agrees_with(slugs, exam, traces):
    """Whether some known rule of exactly these names computes the student's trajectories."""
    catalogue = exam.question.catalogue
    for family in (catalogue.right(), *catalogue.singles(), *catalogue.pairs()):
        chosen = [k for k, c in enumerate(family.candidates) if set(c.slugs) == set(slugs)]
        if chosen and same_on_all(family.subset(chosen), exam, traces):
            return True
    return False


def same_on_all(family, exam, traces):
    same = np.ones(len(family.candidates), dtype=bool)
    for instance in exam.main:
        if traces[instance.name].value is None:
            continue
        w, b = traces[instance.name].value
        own = np.column_stack([w.reshape(len(w), -1), b])
        rows = family.trajectories(instance)
        rows = rows[:, :: instance.points] if family.every_point else rows
        with np.errstate(all="ignore"):
            close = np.abs(rows - own) <= 10 * EXACT * (1 + np.abs(own))
        same &= (close | (rows == own) | (np.isnan(rows) & np.isnan(own))).all(axis=(1, 2))
    return same.any()


def idle(family, exam):
    """The hyper-parameters without any effect on a candidate's trajectories."""
    found = set(exam.main.number.hyper)
    for instance in exam.main:
        before = family.trajectories(instance)
        for name in set(found):
            hyper = {**instance.hyper, name: instance.hyper[name] * 0.9}
            after = family.trajectories(replace(instance, hyper=hyper))
            if not np.array_equal(before, after, equal_nan=True):
                found.discard(name)
    return found


@st.composite
def edited_rules(draw):
    """A rule's exam, and the family of one candidate with up to two edits."""
    rule = draw(st.sampled_from(RULES))
    catalogue = question(rule).catalogue
    family = draw(st.sampled_from([catalogue.right(), *catalogue.singles(), *catalogue.pairs()]))
    number = draw(st.integers(0, len(family.candidates) - 1))
    return exam(rule), family.subset([number])


@settings(derandomize=True, deadline=None, max_examples=10)
@given(edited_rules())
@pytest.mark.long
def test_the_edits_or_an_equivalent_or_nothing(case):
    one, family = case
    candidate, traces = next(answered(one, family))
    named = judge(one, traces).misconceptions
    if named == ("hyperparameter_ignored",):
        assert idle(family, one), (candidate.slugs, candidate.part)
    elif named and set(named) != set(candidate.slugs):
        assert agrees_with(named, one, traces), (candidate.slugs, candidate.part, named)


@pytest.mark.parametrize("rule", RULES)
def test_the_right_rule_with_rounding_is_never_named(rule):
    one, chance = exam(rule), np.random.default_rng(0)
    for _ in range(5):
        _, traces = next(answered(one, one.question.catalogue.right()))
        for name, trace in traces.items():
            w, b = (side * (1 + 1e-13 * chance.normal(size=side.shape)) for side in trace.value)
            w[:1], b[:1] = trace.value[0][:1], trace.value[1][:1]
            still = np.diff(trace.value[0], axis=0, prepend=trace.value[0][:1]) == 0
            traces[name] = Trace(name, Outcome.RETURNED, (np.where(still, trace.value[0], w), b))
        verdict = judge(one, traces)
        assert verdict.misconceptions == ()
        assert score(verdict) == pytest.approx(sum(one.question.points.values()))


# ------------------------------------------------------------------- plain programs, by the text


def both(*edits):
    """Each edit for w, and again for b."""
    swap = str.maketrans({"w": "b"})
    of_b = [(old.translate(swap), new.translate(swap)) for old, new in edits]
    return (*edits, *of_b)


OUTSIDE = both(("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + eps)"))
ADAM_OUTSIDE = both(("np.sqrt(vh_w + eps)", "(np.sqrt(vh_w) + eps)"))
LAST = (("dw +=", "dw ="), ("db +=", "db ="))
UNCORRECTED = (("/ (1 - beta1**t)", ""), ("/ (1 - beta2**t)", ""))
COUNTS_FROM_ZERO = (("range(1, max_epochs + 1)", "range(max_epochs)"), ("1 - beta", "1.0 - beta"))

PROGRAMS = {
    "adagrad": {
        "epsilon_outside_root": OUTSIDE,
        "epsilon_outside_fraction": both(
            ("eta / np.sqrt(v_w + eps)", "(eta / np.sqrt(v_w) + eps)")
        ),
        "epsilon_scales_gradient": both(
            ("eta / np.sqrt(v_w + eps) * dw", "(eta / np.sqrt(v_w) + eps * dw)")
        ),
        "epsilon_missing": ((" + eps)", ")"),),
        "root_missing": (("np.sqrt", ""),),
        "multiplies_by_root": (("eta / np", "eta * np"),),
        "mean_gradient": (
            ("        v_w = ", "        dw, db = dw / len(X), db / len(X)\n        v_w = "),
        ),
        "gradient_not_reset": (
            ("        dw, db = 0, 0\n", ""),
            ("    v_w, v_b = 0, 0\n", "    v_w, v_b = 0, 0\n    dw, db = 0, 0\n"),
        ),
        "last_gradient_only": LAST,
        "wrong_sign": both(("w = w - eta", "w = w + eta")),
        "state_for_gradient": both(("* dw\n", "* v_w\n")),
        "gradient_not_squared": (("dw**2", "abs(dw)"), ("db**2", "abs(db)")),
        "state_not_accumulated": both(("v_w + dw**2", "dw**2")),
        "state_never_updated": both(("v_w = v_w + dw**2", "v_w = v_w")),
        "state_used_before_update": both(
            ("        v_w = v_w + dw**2\n", ""),
            ("        w_history.append(w)\n",
             "        w_history.append(w)\n        v_w = v_w + dw**2\n"),
        ),
        "state_starts_at_one": (("v_w, v_b = 0, 0", "v_w, v_b = 1, 1"),),
        "state_double_counted": both(("v_w = v_w + dw**2", "v_w += v_w + dw**2")),
        "b_uses_w_state": (("np.sqrt(v_b", "np.sqrt(v_w"),),
        "w_uses_b_state": (("np.sqrt(v_w", "np.sqrt(v_b"),),
        "another_rule": (("eta / np.sqrt(v_w + eps)", "eta"), ("eta / np.sqrt(v_b + eps)", "eta")),
        "weight_decay_added": both(
            ("        w_history.append", "        w_history.append"),
            ("        v_w = v_w", "        dw = dw + 0.03 * w\n        v_w = v_w"),
        ),
        "b_not_adaptive": (("eta / np.sqrt(v_b + eps)", "eta"),),
        "sequential_update": (
            ("            db += grad_b(w, b, x, y)\n", ""),
            (
                "        b = b - ",
                "        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))\n"
                "        v_b = v_b + db**2\n        b = b - ",
            ),
        ),
    },
    "rmsprop": {
        "decay_missing": (("= beta * v", "= v"),),
        "complement_missing": (("(1 - beta) * d", "d"),),
        "complement_added": (("(1 - beta) * d", "(1 - beta) + d"),),
        "complement_swapped": (
            ("(1 - beta) * d", "BETA * d"), ("beta * v", "(1 - beta) * v"), ("BETA", "beta"),
        ),
        "another_rule": (("beta * v", "v"), ("(1 - beta) * d", "d")),
    },
    "adam": {
        "epsilon_outside_root": ADAM_OUTSIDE,
        "raw_gradient_step": (("* mh_w", "* dw"), ("* mh_b", "* db")),
        "betas_swapped": (
            ("eta=0.1, beta1=0.9, beta2=0.999", "eta=0.1, beta2=0.999, beta1=0.9"),
            ("    w, b = init", "    beta1, beta2 = beta2, beta1\n    w, b = init"),
        ),
        "single_beta": (("    w, b = init", "    beta2 = beta1\n    w, b = init"),),
        "moment_overwritten": (("mh_", "m_"), ("vh_", "v_")),
        "correction_missing": UNCORRECTED,
        "correction_first_moment_only": (("/ (1 - beta2**t)", ""),),
        "correction_second_moment_only": (("/ (1 - beta1**t)", ""),),
        "correction_constant": (("beta1**t", "beta1"), ("beta2**t", "beta2")),
        "correction_exponent_zero": (
            ("beta1**t", "np.float64(beta1)**(t - 1)"), ("beta2**t", "np.float64(beta2)**(t - 1)"),
        ),
        "correction_exponent_late": (("**t", "**(t + 1)"),),
        "correction_exponent_total": (("**t", "**max_epochs"),),
        "correction_precedence": (("**t)", "**t + 1)"),),
        "correction_multiplies": (
            ("/ (1 - beta1**t", "* (1 - beta1**t"), ("/ (1 - beta2**t", "* (1 - beta2**t"),
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "slug"), [(rule, slug) for rule, table in PROGRAMS.items() for slug in table]
)
def test_a_program_with_a_known_fault_is_named(rule, slug):
    verdict = verdict_on(rule, written(rule, *PROGRAMS[rule][slug]))
    assert verdict.misconceptions == (slug,)
    assert verdict.explanations[0].slug == slug
    assert share(verdict) <= 0.9


def test_a_fault_in_one_parameter_is_said_so():
    for part, edit in zip("wb", OUTSIDE, strict=True):
        verdict = verdict_on("adagrad", written("adagrad", edit))
        assert verdict.misconceptions == ("epsilon_outside_root",)
        assert f"in {part} only" in verdict.explanations[0].title


@pytest.mark.parametrize(
    ("rule", "edits", "slugs"),
    [
        ("adagrad", (*OUTSIDE, *LAST), {"epsilon_outside_root", "last_gradient_only"}),
        ("adam", (*ADAM_OUTSIDE, *UNCORRECTED), {"epsilon_outside_root", "correction_missing"}),
        (
            "adam",
            (*ADAM_OUTSIDE, ("mh_", "m_")),
            {"epsilon_outside_root", "moment_overwritten"},
        ),
        (
            "rmsprop",
            (("(1 - beta) * d", "d"), ("dw +=", "dw ="), ("db +=", "db =")),
            {"complement_missing", "last_gradient_only"},
        ),
        (  # v = 1 * v + 1 * g**2, which is neither forgotten nor counted twice
            "rmsprop",
            (("beta * v_b + (1 - beta) * db", "v_b + db"),),
            {"decay_missing", "complement_missing"},
        ),
    ],
)
def test_two_faults_are_both_named(rule, edits, slugs):
    assert set(verdict_on(rule, written(rule, *edits)).misconceptions) == slugs


@pytest.mark.parametrize("logged", ["every point", "every epoch"])
@pytest.mark.parametrize("counts", ["points", "epochs"])
@pytest.mark.parametrize("resets", [True, False])
def test_a_step_at_every_point_however_it_is_logged_and_counted(logged, counts, resets):
    def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, beta1, beta2, eps):
        w, b = np.array(init_w), init_b
        W, B, m, v, n = [w], [b], 0, 0, 0
        for epoch in range(max_epochs):
            dw, db = 0, 0
            for x, y in zip(X, Y, strict=True):
                n += 1
                t = n if counts == "points" else epoch + 1
                dw = grad_w(w, b, x, y) + (0 if resets else dw)
                db = grad_b(w, b, x, y) + (0 if resets else db)
                g = np.append(dw, db)
                m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
                step = eta / np.sqrt(v / (1 - beta2**t) + eps) * m / (1 - beta1**t)
                w, b = w - step[:-1].reshape(np.shape(w)), b - step[-1]
                if logged == "every point":
                    W.append(w)
                    B.append(b)
            if logged == "every epoch":
                W.append(w)
                B.append(b)
        return W, B

    assert verdict_on("adam", rule).misconceptions == ("per_sample_update",)


# ------------------------------------------------------------------------------- NaN everywhere


@pytest.mark.parametrize("student", ["somebody", "emil"])
@pytest.mark.parametrize(
    "edits",
    [
        both(("np.sqrt(vh_w + eps)", "np.sqrt(0.01 * eps - vh_w)")),
        both(("vh_w = v_w / (1 - beta2**t)", "vh_w = v_w / (beta2**t - 1)")),
        (("return w_history, b_history", "return [w * np.nan for w in w_history], b_history"),),
    ],
    ids=["epsilon - v", "beta**t - 1", "NaN for w"],
)
def test_no_number_at_all_is_not_yet_t_from_zero(student, edits):
    assert verdict_on("adam", written("adam", *edits), student).misconceptions == ()


@pytest.mark.parametrize("student", ["somebody", "emil"])
@pytest.mark.parametrize("moment", ["both", "m", "v"])
def test_t_from_zero_is_named_through_the_nan_and_nothing_else_is(student, moment):
    edits = [
        (f"{beta}**t", f"np.float64({beta})**(t - 1)")
        for beta, which in (("beta1", "m"), ("beta2", "v"))
        if moment in ("both", which)
    ]
    verdict = verdict_on("adam", written("adam", *edits, *ADAM_OUTSIDE), student)
    assert verdict.misconceptions in (("correction_exponent_zero",), ()) or moment == "v"
    verdict = verdict_on("adam", written("adam", *edits), student)
    assert verdict.misconceptions == ("correction_exponent_zero",)
