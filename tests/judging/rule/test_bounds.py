"""A hyper-parameter that is kept within bounds is not without effect: two calls tell."""

import pytest

from tests.judging.students import part, verdict_on, written

SETS_UP = "    w, b = init_w, init_b\n"
BOUNDS = {
    "eta above": ("rmsprop", "eta = min(eta, 0.05)", "eta above 0.05 counts as 0.05", "step"),
    "eta below": ("adagrad", "eta = max(eta, 0.5)", "eta below 0.5 counts as 0.5", "step"),
    "eps above": ("adam", "eps = min(eps, 1e-6)", "eps above 1e-06 counts as 1e-06", "step"),
    "beta below": ("rmsprop", "beta = max(beta, 0.9)", "beta below 0.9 counts as 0.9",
                   "second moment"),
    "beta1 on both sides": ("adam", "beta1 = min(max(beta1, 0.9), 0.99)",
                            "beta1 below 0.9 counts as 0.9", "first moment"),
}  # fmt: skip


def kept(rule, line):
    return verdict_on(rule, written(rule, (SETS_UP, f"    {line}\n{SETS_UP}")))


@pytest.mark.parametrize("what", BOUNDS)
def test_a_bound_is_named_with_its_value_and_costs_its_own_part(what):
    rule, line, said, wrong = BOUNDS[what]
    verdict = kept(rule, line)
    assert verdict.misconceptions == ("hyperparameter_bounded",)
    assert f"({said}: " in verdict.explanations[0].title
    lost = {"gradient", "first moment", "second moment", "bias correction", "step"}
    known = {check.name for check in verdict.checks} & lost
    assert {name for name in known if not part(verdict, name)} == {wrong}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("rmsprop", "beta = min(beta, 0.3)"),  # nobody's habit
        ("adam", "eps = max(eps, 1.0)"),
        ("adagrad", "eta = 0.1 if 0.01 < eta < 10 else eta"),
    ],
)
def test_of_a_bound_that_is_not_known_only_the_calls_are_told(rule, line):
    verdict = kept(rule, line)
    assert verdict.misconceptions == ()
    name = line.partition(" ")[0]
    (said,) = [text for text in verdict.evidence if "give the same steps" in text]
    assert said.count(f"{name} = ") == 3


def test_a_constant_is_still_without_effect():
    verdict = kept("adagrad", "eta = 0.1")
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    assert "eta is always 0.1" in verdict.explanations[0].title
