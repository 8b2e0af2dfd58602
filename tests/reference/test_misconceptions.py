"""Each catalogued edit computes what its name says, and the catalogue is whole."""

import itertools

import numpy as np
import pytest

from reference.catalogue import Catalogue, Family
from reference.misconceptions import EDITS, edits_for
from reference.vocabulary import RULES, Candidate
from tests.reference.problems import Given

ETA, EPS, BETA, BETA1, BETA2 = 0.3, 0.05, 0.8, 0.6, 0.85
HYPER = {"eta": ETA, "eps": EPS, "beta": BETA, "beta1": BETA1, "beta2": BETA2, "gamma": 0.7}
POINTS, EPOCHS = 4, 5
T = np.arange(1, EPOCHS + 1)
CHANCE = np.random.default_rng(11)
G_W, G_B = CHANCE.uniform(0.4, 1.6, size=(2, EPOCHS)) * np.where(
    CHANCE.random((2, EPOCHS)) < 0.3, -1, 1
)
"""The summed gradients of each epoch, for w and for b."""
START = np.array([1.3, 0.7])


def recorded(theta, epoch):
    """The epoch's gradient in unequal shares of the points: the last point has 40 percent."""
    shares = np.array([0.1, 0.2, 0.3, 0.4])[:, None]
    return np.repeat((shares * [G_W[epoch], G_B[epoch]])[None], len(theta), axis=0)


PROBLEM = Given(recorded, START, POINTS, EPOCHS, HYPER)


def steps(rule, slug, variant="", part="both"):
    """The steps of w and of b, shape (epochs, 2), of a rule with one edit."""
    edit = next(e for e in edits_for(RULES[rule]) if (e.slug, e.variant) == (slug, variant))
    rows = Family(RULES[rule], (Candidate((edit,), part),)).trajectories(PROBLEM)[0]
    with np.errstate(invalid="ignore"):
        return -np.diff(rows, axis=0)


def gathered(g, decay, gain, start=0.0):
    """v_1, v_2, ... of a state that decays."""
    found, v = [], start
    for x in g:
        v = decay * v + gain * x
        found.append(v)
    return np.array(found)


def adagrad_v(g):
    return np.cumsum(g**2)


def rmsprop_v(g):
    return gathered(g**2, BETA, 1 - BETA)


def adam_m(g):
    return gathered(g, BETA1, 1 - BETA1)


def adam_v(g):
    return gathered(g**2, BETA2, 1 - BETA2)


C1, C2 = 1 - BETA1**T, 1 - BETA2**T


def root(v):
    return np.sqrt(v + EPS)


def before(values):
    return np.append(0.0, values[:-1])


def overwritten(g, beta):
    """m / (1 - beta**t), kept as the state."""
    found, m = [], 0.0
    for t, x in zip(T, g, strict=True):
        m = (beta * m + (1 - beta) * x) / (1 - beta**t)
        found.append(m)
    return np.array(found)


ADAGRAD = {
    ("epsilon_outside_root", ""): lambda g: g / (np.sqrt(adagrad_v(g)) + EPS),
    ("epsilon_missing", ""): lambda g: g / np.sqrt(adagrad_v(g)),
    ("root_missing", ""): lambda g: g / (adagrad_v(g) + EPS),
    ("multiplies_by_root", "sqrt(v + eps)"): lambda g: g * root(adagrad_v(g)),
    ("multiplies_by_root", "sqrt(v)"): lambda g: g * np.sqrt(adagrad_v(g)),
    ("multiplies_by_root", "sqrt(v) + eps"): lambda g: g * (np.sqrt(adagrad_v(g)) + EPS),
    ("mean_gradient", ""): lambda g: g / POINTS / root(adagrad_v(g / POINTS)),
    ("last_gradient_only", ""): lambda g: 0.4 * g / root(adagrad_v(0.4 * g)),
    ("gradient_not_reset", ""): lambda g: np.cumsum(g) / root(adagrad_v(np.cumsum(g))),
    ("wrong_sign", ""): lambda g: -g / root(adagrad_v(g)),
    ("gradient_not_squared", "|g|"): lambda g: g / root(np.cumsum(np.abs(g))),
    ("state_not_accumulated", "v"): lambda g: g / root(g**2),
    ("state_never_updated", "v"): lambda g: g / np.sqrt(EPS),
    ("state_used_before_update", "v"): lambda g: g / root(before(adagrad_v(g))),
    ("state_starts_at_one", "v = 1"): lambda g: g / root(1 + adagrad_v(g)),
    ("state_double_counted", "v"): lambda g: g / root(gathered(g**2, 2.0, 1.0)),
    ("state_for_gradient", "v"): lambda g: adagrad_v(g) / root(adagrad_v(g)),
    ("another_rule", "plain gradient descent"): lambda g: g,
    ("another_rule", "RMSProp with beta = 0.9"): lambda g: g / root(gathered(g**2, 0.9, 0.1)),
}
RMSPROP = {
    ("decay_missing", "v"): lambda g: g / root((1 - BETA) * adagrad_v(g)),
    ("complement_missing", "v"): lambda g: g / root(gathered(g**2, BETA, 1)),
    ("complement_added", "v"): lambda g: g / root(gathered(1 - BETA + g**2, BETA, 1)),
    ("complement_swapped", "v"): lambda g: g / root(gathered(g**2, 1 - BETA, BETA)),
    ("state_double_counted", "v"): lambda g: g / root(gathered(g**2, 1 + BETA, 1 - BETA)),
    ("state_not_accumulated", "v"): lambda g: g / root((1 - BETA) * g**2),
    ("another_rule", "AdaGrad"): lambda g: g / root(adagrad_v(g)),
    ("another_rule", "plain gradient descent"): lambda g: g,
}
ADAM = {
    ("correction_missing", ""): lambda g: adam_m(g) / root(adam_v(g)),
    ("correction_first_moment_only", ""): lambda g: adam_m(g) / C1 / root(adam_v(g)),
    ("correction_second_moment_only", ""): lambda g: adam_m(g) / root(adam_v(g) / C2),
    ("correction_constant", "1 - beta at every t"): lambda g: (
        adam_m(g) / (1 - BETA1) / root(adam_v(g) / (1 - BETA2))
    ),
    ("correction_exponent_late", "t from 2"): lambda g: (
        adam_m(g) / (1 - BETA1 ** (T + 1)) / root(adam_v(g) / (1 - BETA2 ** (T + 1)))
    ),
    ("correction_exponent_total", "max_epochs"): lambda g: (
        adam_m(g) / C1[-1] / root(adam_v(g) / C2[-1])
    ),
    ("correction_precedence", "t from 1"): lambda g: (
        adam_m(g) / (1 + C1) / root(adam_v(g) / (1 + C2))
    ),
    ("correction_multiplies", ""): lambda g: adam_m(g) * C1 / root(adam_v(g) * C2),
    ("moment_overwritten", "m"): lambda g: overwritten(g, BETA1) / root(adam_v(g) / C2),
    ("moment_overwritten", "v"): lambda g: adam_m(g) / C1 / root(overwritten(g**2, BETA2)),
    ("moment_overwritten", "m and v"): lambda g: (
        overwritten(g, BETA1) / root(overwritten(g**2, BETA2))
    ),
    ("betas_swapped", ""): lambda g: (
        gathered(g, BETA2, 1 - BETA2) / C2 / root(gathered(g**2, BETA1, 1 - BETA1) / C1)
    ),
    ("single_beta", "beta1 for both moments"): lambda g: (
        adam_m(g) / C1 / root(gathered(g**2, BETA1, 1 - BETA1) / C1)
    ),
    ("raw_gradient_step", ""): lambda g: g / root(adam_v(g) / C2),
    ("epsilon_outside_root", ""): lambda g: adam_m(g) / C1 / (np.sqrt(adam_v(g) / C2) + EPS),
    ("another_rule", "RMSProp"): lambda g: g / root(adam_v(g)),
    ("another_rule", "AMSGrad"): lambda g: adam_m(g) / root(np.maximum.accumulate(adam_v(g))),
}
CASES = [
    pytest.param(rule, slug, variant, formula, id=f"{rule} {slug} {variant}".strip())
    for rule, table in (("adagrad", ADAGRAD), ("rmsprop", RMSPROP), ("adam", ADAM))
    for (slug, variant), formula in table.items()
]


@pytest.mark.parametrize(("rule", "slug", "variant", "formula"), CASES)
def test_an_edit_is_its_formula(rule, slug, variant, formula):
    expected = ETA * np.column_stack([formula(G_W), formula(G_B)])
    np.testing.assert_allclose(steps(rule, slug, variant), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("part", ["w", "b"])
def test_in_one_parameter_the_other_stays_right(part):
    expected = ETA * np.column_stack([g / root(adagrad_v(g)) for g in (G_W, G_B)])
    column, g = (0, G_W) if part == "w" else (1, G_B)
    expected[:, column] = ETA * g / (np.sqrt(adagrad_v(g)) + EPS)
    found = steps("adagrad", "epsilon_outside_root", part=part)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize(
    ("slug", "w", "b"),
    [("b_uses_w_state", G_W, G_W), ("w_uses_b_state", G_B, G_B)],
)
def test_the_other_parameters_state(slug, w, b):
    expected = ETA * np.column_stack([G_W / root(adagrad_v(w)), G_B / root(adagrad_v(b))])
    part = slug[0]
    np.testing.assert_allclose(steps("adagrad", slug, "v", part), expected, rtol=1e-11)


def test_a_shared_state_of_both_squares():
    both = root(adagrad_v(G_W) + adagrad_v(G_B))
    expected = ETA * np.column_stack([G_W / both, G_B / both])
    found = steps("adagrad", "state_shared_by_w_and_b", "of both squares")
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_a_shared_state_in_turn():
    """v takes w's square, moves w, then takes b's square and moves b."""
    seen_by_b = adagrad_v(G_W) + adagrad_v(G_B)
    seen_by_w = seen_by_b - G_B**2
    expected = ETA * np.column_stack([G_W / root(seen_by_w), G_B / root(seen_by_b)])
    found = steps("adagrad", "state_shared_by_w_and_b", "v, in turn")
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_b_not_adaptive_is_gradient_descent_for_b():
    found = steps("adam", "b_not_adaptive", "plain gradient descent", "b")
    np.testing.assert_allclose(found[:, 1], ETA * G_B, rtol=1e-11)
    right = adam_m(G_W) / C1 / root(adam_v(G_W) / C2)
    np.testing.assert_allclose(found[:, 0], ETA * right, rtol=1e-11)


def test_weight_decay_of_the_measured_strength():
    hyper = {**HYPER, "decay_in_gradient": 0.03, "decay_of_step": 0.02}
    one = Given(recorded, START, POINTS, 1, hyper)
    measured = ("decay_in_gradient", "decay_of_step")
    edits = {
        e.variant: e
        for e in edits_for(RULES["adagrad"], measured)
        if e.slug == "weight_decay_added"
    }
    chosen = (edits["in the gradient"], edits["beside the step"])
    family = Family(RULES["adagrad"], tuple(Candidate((edit,)) for edit in chosen))
    g = np.array([G_W[0], G_B[0]])
    decayed = g + 0.03 * START
    expected = [
        START - ETA * decayed / root(decayed**2),
        START - ETA * (g / root(g**2) + 0.02 * START),
    ]
    np.testing.assert_allclose(family.trajectories(one)[:, 1], expected, rtol=1e-12)
    assert not [e for e in edits_for(RULES["adagrad"]) if e.measured], "not without a measurement"


@pytest.mark.parametrize(
    ("variant", "clock_w", "clock_b"),
    [
        ("t counted on between w and b", 2 * T - 1, 2 * T),
        ("the number of points", POINTS, POINTS),
        ("the last point's index", POINTS - 1, POINTS - 1),
        ("points counted", POINTS * T, POINTS * T),
    ],
)
def test_another_clock(variant, clock_w, clock_b):
    expected = [
        adam_m(g) / (1 - BETA1**t) / root(adam_v(g) / (1 - BETA2**t))
        for g, t in ((G_W, clock_w), (G_B, clock_b))
    ]
    found = steps("adam", "correction_exponent_total", variant)
    np.testing.assert_allclose(found, ETA * np.column_stack(expected), rtol=1e-11)


@pytest.mark.parametrize(
    ("variant", "first_step"),
    [("t from 0", np.nan), ("t from 0, m only", np.inf), ("t from 0, v only", 0.0)],
)
def test_t_from_zero_divides_by_zero_at_once(variant, first_step):
    found = steps("adam", "correction_exponent_zero", variant)
    assert np.array_equal(np.abs(found[0]), [first_step, first_step], equal_nan=True)
    later = np.isfinite(found[1:])
    assert later.all() if variant.endswith("v only") else not later.any()


# -------------------------------------------------------------------------------- the catalogue


def listed(text):
    return text.split()


OF_THE_CODE = frozenset(
    listed("""epsilon_outside_root epsilon_outside_fraction epsilon_scales_gradient epsilon_missing
    root_missing multiplies_by_root mean_gradient gradient_not_reset last_gradient_only
    per_sample_update wrong_sign raw_gradient_step state_for_gradient gradient_not_squared
    state_not_accumulated state_never_updated state_used_before_update state_starts_at_one
    state_double_counted state_shared_by_w_and_b b_uses_w_state w_uses_b_state decay_missing
    complement_missing complement_added complement_swapped betas_swapped single_beta
    moment_overwritten correction_missing correction_first_moment_only
    correction_second_moment_only correction_constant correction_exponent_zero
    correction_exponent_late correction_exponent_total correction_precedence correction_multiplies
    another_rule weight_decay_added b_not_adaptive sequential_update""")
)
"""Every promised name that changes the computation and not only its interface."""


def names(families):
    return {slug for family in families for c in family.candidates for slug in c.slugs}


def test_adam_can_be_got_wrong_in_every_way_that_has_a_name():
    measured = ("decay_in_gradient", "decay_of_step")
    catalogue = Catalogue(RULES["adam"])
    assert names(catalogue.singles()) | names(catalogue.singles(measured)) >= OF_THE_CODE
    assert names(catalogue.singles(measured)) == {"weight_decay_added"}, "no other needs a measure"


@pytest.mark.parametrize(
    ("rule", "absent"),
    [
        ("adagrad", {"decay_missing", "betas_swapped", "correction_missing", "raw_gradient_step"}),
        ("rmsprop", {"betas_swapped", "correction_missing", "moment_overwritten"}),
        ("gradient_descent", {"epsilon_missing", "root_missing", "state_not_accumulated"}),
        ("amsgrad", {"correction_missing", "correction_constant"}),
    ],
)
def test_a_rule_is_accused_only_of_what_it_has(rule, absent):
    found = names(Catalogue(RULES[rule]).singles()) | names(Catalogue(RULES[rule]).pairs())
    assert not found & absent
    assert "wrong_sign" in found


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adam"])
def test_every_two_names_make_a_pair(rule):
    catalogue = Catalogue(RULES[rule])
    edits = edits_for(RULES[rule])
    candidates = [c for family in catalogue.pairs() for c in family.candidates]
    assert all(len(c.slugs) == 2 for c in candidates), "no pair of one name with itself"
    paired = {frozenset(c.slugs) for c in candidates}
    possible = {
        frozenset((one.slug, other.slug))
        for one, other in itertools.combinations(edits, 2)
        if one.slug != other.slug
        and not (one.whole and other.whole)
        and (set(one.parts) & set(other.parts) or "both" in (*one.parts, *other.parts))
    }
    assert paired == possible
    assert len({(c.edits, c.part, c.parts) for c in candidates}) == len(candidates), "each once"


def test_a_pair_is_both_edits_whichever_is_said_first():
    edits = {e.slug: e for e in EDITS if e.slug in ("correction_missing", "epsilon_outside_root")}
    one, other = edits["correction_missing"], edits["epsilon_outside_root"]
    family = Family(RULES["adam"], (Candidate((one, other)), Candidate((other, one))))
    first, second = family.trajectories(PROBLEM)
    assert (first == second).all()
    g = G_B
    expected = ETA * adam_m(g) / (np.sqrt(adam_v(g)) + EPS)
    np.testing.assert_allclose(-np.diff(first[:, 1]), expected, rtol=1e-11)


def test_a_subset_is_those_candidates():
    once = Catalogue(RULES["rmsprop"]).singles()[0]
    some = once.subset([7, 3])
    assert some.candidates == (once.candidates[7], once.candidates[3])
    assert (some.trajectories(PROBLEM) == once.trajectories(PROBLEM)[[7, 3]]).all()


@pytest.mark.parametrize(
    ("rule", "slug", "parts"),
    [
        ("adam", "correction_missing", {"bias correction"}),
        ("adam", "moment_overwritten", {"bias correction"}),
        ("adam", "epsilon_outside_root", {"step"}),
        ("adam", "raw_gradient_step", {"first moment", "step"}),
        ("rmsprop", "complement_swapped", {"second moment"}),
        ("adagrad", "mean_gradient", {"gradient"}),
        ("adagrad", "per_sample_update", {"gradient"}),
        ("adagrad", "state_not_accumulated", {"second moment"}),
        ("adagrad", "wrong_sign", {"step"}),
    ],
)
def test_a_fault_concerns_its_own_part(rule, slug, parts):
    catalogue = Catalogue(RULES[rule])
    edit = next(e for e in edits_for(RULES[rule]) if e.slug == slug)
    other = next(e for e in edits_for(RULES[rule]) if e.slug == "root_missing")
    alone, paired = Candidate((edit,)), Candidate((edit, other))
    assert catalogue.components(alone, PROBLEM, slug) == parts
    assert catalogue.components(paired, PROBLEM, slug) == parts, "the other fault is apart"
    assert catalogue.components(paired, PROBLEM, "root_missing") == {"step"}


def test_words_say_which_variant():
    catalogue = Catalogue(RULES["adam"])
    plain, detailed = (catalogue.explain("moment_overwritten", d) for d in ("", "m; in b only"))
    assert detailed.title == f"{plain.title} (m; in b only)"
    assert plain.slug == "moment_overwritten"
    assert catalogue.explain("epsilon_outside_root").convention


def test_a_power_that_divides_by_zero_has_a_name_only_where_there_is_a_correction():
    loop = "def do_adam(max_epochs):\n    for t in range({}):\n        m_hat = m / (1 - beta1 ** t)"
    line, divides = loop.format("max_epochs"), "ZeroDivisionError"
    adam = Catalogue(RULES["adam"])
    assert adam.explains_fault(divides, line) == "correction_exponent_zero"
    assert adam.explains_fault(divides, "w = w - eta / v * dw") is None
    assert adam.explains_fault("TypeError", line) is None
    assert adam.explains_fault("NaN", line) == "correction_exponent_zero"
    assert adam.explains_fault("NaN", loop.format("1, max_epochs + 1")) is None
    assert Catalogue(RULES["rmsprop"]).explains_fault(divides, line) is None


@pytest.mark.parametrize(
    ("lines", "zero"),
    [
        ("for i in range(n):\n    t = i", True),
        ("for i in range(n):\n    k = i\n    t = k", True),
        ("for i in range(1, n + 1):\n    t = i", False),
        ("for i in range(n):\n    t = i\n    t += 1", False),
        ("for i in range(n):\n    i += 1\n    t = i", False),
        ("for i in range(n):\n    t = i + 1", False),
        ("t = 1\nfor i in range(n):\n    t = i", False),
        ("t = u\nu = t\nfor i in range(n):", False),
    ],
)
def test_a_copy_of_a_count_from_0_is_one_too(lines: str, *, zero: bool) -> None:
    source = f"{lines}\n    m_hat = m / (1 - beta ** t)"
    told = Catalogue(RULES["adam"]).explains_fault("NaN", source)
    assert told == ("correction_exponent_zero" if zero else None)
