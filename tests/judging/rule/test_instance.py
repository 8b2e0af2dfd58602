"""Hidden instances: the numbers judged by are those the student's code was given."""

import numpy as np
import pytest

from autograder.judging.rule.hyperparameters import Epsilon, Range, StepSize
from autograder.judging.rule.instance import Instance, draw_instance
from autograder.judging.rule.pool import SEPARATION, least_separation
from autograder.judging.rule.problems import Setting
from autograder.model import Gradient, Neuron, Stream
from autograder.sandbox.inside import gradients
from tests.judging.students import RULES, exam, given, question

RANGES = {"eta": StepSize(0.1, 0.4), "eps": Epsilon(1e-8, 1e-1)}


def drawn(seed, features=None):
    return draw_instance("one", features, RANGES, np.random.default_rng(seed))


@pytest.mark.parametrize("features", [None, 4])
@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_the_one_handed_to_students(features, seed):
    one = drawn(seed, features)
    kind = one.grad_w
    w_of, b_of = (gradients.neuron(p, kind.scale, kind.low, kind.high, kind.gain) for p in "wb")
    thetas = np.random.default_rng(seed).normal(size=(3, one.features + 1))
    for theta, found in zip(thetas, one.gradient(thetas, 0), strict=True):
        w = theta[:-1] if features else theta[0]
        for x, y, each in zip(one.X, one.Y, found, strict=True):
            by_hand = np.append(w_of(w, theta[-1], x, y), b_of(w, theta[-1], x, y))
            np.testing.assert_allclose(each, by_hand, rtol=1e-13, atol=1e-18)


@pytest.mark.parametrize("features", [None, 4])
def test_the_gradient_is_the_derivative_of_the_stated_loss(features):
    one, step = drawn(1, features), 1e-5

    def loss(theta):
        k = one.grad_w
        z = one.X.reshape(one.points, -1) @ theta[:-1] + theta[-1]
        s = k.low + (k.high - k.low) * (1 + np.tanh(k.gain * z)) / 2
        return k.scale / 2 * ((s - one.Y) ** 2).sum()

    total = one.gradient(one.start[None], 0).sum(axis=1)[0]
    for k in range(len(total)):
        ahead = np.eye(len(total))[k] * step
        slope = (loss(one.start + ahead) - loss(one.start - ahead)) / (2 * step)
        assert total[k] == pytest.approx(slope, rel=1e-6)


def test_a_stream_is_replayed_by_epoch_and_its_last_row_again():
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    one = Instance(
        "one", np.ones((1, 2)), np.zeros(1), np.zeros(2), 0.5, 3,
        Stream(values), Stream(np.array([5.0, 6.0])), {},
    )  # fmt: skip
    seen = [one.gradient(np.zeros((2, 3)), t)[1, 0].tolist() for t in range(3)]
    assert seen == [[1, 2, 5], [3, 4, 6], [3, 4, 6]]


def test_a_call_carries_everything_by_keyword():
    number, vector = drawn(2).call("do_it"), drawn(2, 4).call("do_it")
    expected = {"X", "Y", "init_w", "init_b", "max_epochs", "grad_w", "grad_b", "eta", "eps"}
    assert set(number.arguments) == expected
    assert isinstance(number.arguments["init_w"], float)
    assert vector.arguments["init_w"].shape == (4,)
    assert isinstance(number.arguments["max_epochs"], int)
    assert number.arguments["grad_b"] == Gradient("b", drawn(2).grad_b)
    assert (number.function, number.name) == ("do_it", "one")


@pytest.mark.parametrize("features", [None, 2])
def test_a_neuron_that_rests_is_the_one_that_students_are_handed(features):
    chance = np.random.default_rng(0)
    setting = Setting(points=2, features=features, sparse=True, rests=3.0, start_w=0.7)
    one = setting.instance("resting")
    theta = chance.normal(size=(40, one.features + 1))
    own = one.gradient(theta, 0).sum(axis=1)
    for row, place in zip(own, theta, strict=True):
        w = place[:-1] if features else float(place[0])
        asked = [
            sum(
                function(w, float(place[-1]), x, float(y))
                for x, y in zip(one.X, one.Y, strict=True)
            )
            for function in (given(Gradient("w", one.grad_w)), given(Gradient("b", one.grad_b)))
        ]
        assert row == pytest.approx(np.append(*asked), rel=1e-12)
    still = own == 0
    assert still.any(axis=0).all()
    assert not still.all(axis=0).any()
    if features is None:
        points = one.gradient(theta, 0)
        assert ((points[:, 0] == 0) != (points[:, 0, ::-1] == 0)).all(), "in turn"


def test_a_whole_b_is_handed_in_as_one():
    one = Setting(start_b=-20.0, whole_b=True).instance("whole")
    assert type(one.call("f").arguments["init_b"]) is int
    assert -26 <= one.init_b <= -14
    assert type(Setting(start_b=-20.0).instance("not whole").init_b) is float


def test_one_seed_gives_one_instance_and_two_give_two():
    again, other = drawn(3, 4), drawn(4, 4)
    one = drawn(3, 4)
    assert (one.X == again.X).all()
    assert one.hyper == again.hyper
    assert one.grad_w == again.grad_w
    assert one.hyper != other.hyper


def test_the_squashing_function_is_never_the_notebooks_own_sigmoid():
    for seed in range(20):
        kind = drawn(seed).grad_w
        assert isinstance(kind, Neuron)
        assert abs(kind.low) > 0.1
        assert abs(kind.gain - 0.5) > 0.1


@pytest.mark.parametrize("seed", range(8))
def test_the_gradient_is_large_enough_for_epsilon_to_matter_and_no_larger(seed):
    """At 1e-8 and gradients of order one, an epsilon in the wrong place would not show."""
    one = drawn(seed)
    size = np.abs(one.gradient(one.start[None], 0).sum(axis=1)).mean()
    assert 0.5 < size / np.sqrt(one.hyper["eps"]) < 4


def test_a_range_is_kept_to_and_spread_over():
    chance = np.random.default_rng(0)
    even = np.array([Range(2, 3).draw(chance) for _ in range(300)])
    wide = np.array([Range(1e-8, 1e-1, logarithmic=True).draw(chance) for _ in range(300)])
    for values, low, high, middle in ((even, 2, 3, 2.5), (wide, 1e-8, 1e-1, 10**-4.5)):
        assert values.min() >= low
        assert values.max() <= high
        assert 0.4 < (values < middle).mean() < 0.6


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("student", ["somebody", "emil"])
def test_every_hidden_instance_tells_every_single_fault_from_the_right_rule(rule, student):
    for instance in exam(rule, student).main:
        least, name = least_separation(question(rule).catalogue, instance)
        assert least >= SEPARATION, name


def test_a_student_is_asked_the_same_again_and_another_student_something_else():
    def asked(student):
        return question("adam").draw(student.encode())

    one, again, other = asked("ada"), asked("ada"), asked("emil")
    assert [i.hyper for i in one.main] == [i.hyper for i in again.main]
    assert [i.hyper for i in one.main] != [i.hyper for i in other.main]
    assert [i.name for i in one.main] == ["number 1", "number 2", "vector"]
    assert one.main.number.hyper != one.main.other_number.hyper


def test_public_examples_are_everybodys_and_no_hidden_ones():
    one, other = (question("adam").draw(s, public=True) for s in (b"ada", b"emil"))
    assert [i.hyper for i in one.main] == [i.hyper for i in other.main]
    hidden = {tuple(i.hyper.values()) for s in range(8) for i in exam("adam", str(s)).main}
    assert not hidden & {tuple(i.hyper.values()) for i in one.main}
