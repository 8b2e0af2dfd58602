"""Running rules as data: the paths of many rules on one problem, side by side.

A step is a chain of named stages, one after the other::

    gather     the gradient that a rule goes on with
    moments    m and v: what is kept, and what this step sees of it
    correct    m_hat and v_hat
    step       theta

A stage is a list of small transforms.  Each says which numbers of :mod:`reference.rules_as_data` it
is for and is left out where no rule of the batch uses one of them; what every rule does names none.
Reading them from top to bottom is reading the recurrence at the head of that module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.rules_as_data import FloatArray, Rules

Numbers: TypeAlias = Mapping[str, FloatArray]


def run(rules: Rules, epochs: int | None = None) -> FloatArray:
    """The trajectories of all rules, shape (K, epochs + 1, P); every row's step once an epoch.

    ``epochs`` below ``max_epochs`` runs only the beginning (what the rules know of the total
    number of epochs stays what it is).  Division by zero gives NaN and inf, silently.
    """
    epochs = rules.problem.max_epochs if epochs is None else epochs
    with np.errstate(all="ignore"):
        return np.stack(list(_each_epoch(rules, epochs)), axis=1)


def run_every_point(rules: Rules, epochs: int, by_point: bool) -> FloatArray:
    """The trajectories of rules that step at every point, shape (K, epochs * n + 1, P).

    ``by_point``: t counts points, else epochs.  Every n-th row is the end of an epoch.
    """
    with np.errstate(all="ignore"):
        return np.stack(list(_each_point(rules, epochs, by_point)), axis=1)


def _each_epoch(rules: Rules, epochs: int) -> Iterator[FloatArray]:
    state, used, n = _State.at_start(rules), rules.touched, rules.numbers
    chain = _Chain(used)
    yield state.theta
    for t in range(epochs):
        each = _gradients(rules, used, state, t)
        gathered = _gather(n, used, each)
        squares = (each * each).sum(axis=1) if "v_each_point" in used else gathered
        before = state
        state = chain.advance(n, before, gathered, t, t, squares)
        if "sequential" in used:
            rows = np.flatnonzero(n["sequential"][:, -1] == 1)
            those = {name: values[rows] for name, values in n.items()}
            between = before.theta[rows] - those["lookahead"] * before.m[rows]
            between[:, :-1] = state.theta[rows, :-1]
            later = _gather(those, used, rules.problem.gradient(between, t))
            later[:, :-1] = gathered[rows, :-1]
            state.put(rows, chain.advance(those, before.of(rows), later, t, t))
        yield state.theta


def _each_point(rules: Rules, epochs: int, by_point: bool) -> Iterator[FloatArray]:
    state, used, n = _State.at_start(rules), rules.touched, rules.numbers
    chain = _Chain(used)
    added = np.zeros_like(state.theta)
    yield state.theta
    for t in range(epochs):
        added = added * (n["keeps_adding"] == 2)
        for i in range(rules.problem.points):
            each = _gradients(rules, used, state, t)[:, i]
            added = added * (n["keeps_adding"] > 0) + each
            clock = t * rules.problem.points + i if by_point else t
            state = chain.advance(n, state, added * n["g_scale"], t, clock)
            yield state.theta


def _gradients(rules: Rules, used: Set[str], state: _State, t: int) -> FloatArray:
    """The points' gradients where each rule asks for them, shape (K, n, P)."""
    if not ("lookahead" in used or "lookahead_of_other" in used):
        if t == 0 and (state.theta == state.theta[0]).all():  # all rules start at one point
            each = rules.problem.gradient(state.theta[:1], t)
            return np.broadcast_to(each, (rules.count, *each.shape[1:]))
        return rules.problem.gradient(state.theta, t)
    own, other = (rules.numbers[name] for name in ("lookahead", "lookahead_of_other"))
    if (own[:, :1] == own).all() and (other == own).all():  # everyone looks at one point
        return rules.problem.gradient(state.theta - own * state.m, t)
    shares = np.concatenate([own[:, :-1], other[:, :1]], axis=1)
    for_w = rules.problem.gradient(state.theta - shares * state.m, t)
    shares = np.concatenate([np.repeat(other[:, -1:], own.shape[1] - 1, axis=1), own[:, -1:]], 1)
    for_b = rules.problem.gradient(state.theta - shares * state.m, t)
    return np.concatenate([for_w[..., :-1], for_b[..., -1:]], axis=2)


def _gather(n: Numbers, used: Set[str], each: FloatArray) -> FloatArray:
    """The points' gradients as one: (K, n, P) -> (K, P)."""
    total = each.sum(axis=1)
    if "last_only" in used:
        total = np.where(n["last_only"] == 1, each[:, -1], total)
    for name, place in (("skip_first", 0), ("skip_last", -1)):
        if name in used:
            total = total - n[name] * each[:, place]
    return np.asarray(total * n["g_scale"]) if "g_scale" in used else np.asarray(total)


# ------------------------------------------------------------------------------- what is in hand


@dataclass
class _State:
    """What a rule remembers from one step to the next, each of shape (K, P).

    The arrays are replaced, never written to.
    """

    theta: FloatArray
    m: FloatArray
    v: FloatArray
    v_most: FloatArray
    """The largest second moment so far."""
    g: FloatArray
    """The gradient of the step before, for code that never sets it back to 0."""

    @classmethod
    def at_start(cls, rules: Rules) -> _State:
        n = rules.numbers
        theta = np.repeat(rules.problem.start[None, :], rules.count, axis=0)
        m = np.where(n["m_start_theta"] == 1, theta, n["m_start"])
        v = np.where(n["v_start_theta"] == 1, theta, n["v_start"])
        return cls(theta, m, v, np.zeros_like(v), np.zeros_like(v))

    def copy(self) -> _State:
        return _State(self.theta, self.m, self.v, self.v_most, self.g)

    def of(self, rows: NDArray[np.intp]) -> _State:
        """The state of some rules only."""
        return _State(*(values[rows] for values in vars(self).values()))

    def put(self, rows: NDArray[np.intp], some: _State) -> None:
        """Replace the state of some rules."""
        for name, values in vars(some).items():
            replaced = getattr(self, name).copy()
            replaced[rows] = values
            setattr(self, name, replaced)


class _Step:
    """One step of every rule on its way through the stages; arrays have shape (K, P)."""

    def __init__(
        self,
        n: Numbers,
        used: Set[str],
        before: _State,
        g: FloatArray,
        t: int,
        clock: int,
        squares: FloatArray,
    ) -> None:
        self.n = n
        self.used = used
        """Numbers that some rule of the batch uses."""
        self.t = t
        """Epochs, counted from 0."""
        self.clock = clock
        """What the correction counts, from 0: epochs or points."""
        self.before = before
        self.after = before.copy()
        self.g = g
        self.squares = squares
        """The squares of the points' gradients, summed, where a rule uses them."""
        self.for_m = self.for_v = self.square = g
        """What enters the moments: m a gradient, v the square of one."""
        self.m_gain = n["m_gain"]
        self.m, self.v = before.m, before.v
        """The moments that this step sees; those that are kept stand in ``after``."""
        self.m_hat, self.v_hat = before.m, before.v
        self.root = self.rate = self.numerator = self.change = g
        """theta moves by ``change = rate * numerator`` and what comes besides, and the rate is
        ``eta / root``."""

    def moment(self, name: str, old: FloatArray, gain: FloatArray, new: FloatArray) -> FloatArray:
        """``decay * old + gain * new + const``, with the numbers of m or of v."""
        result: FloatArray = self.n[f"{name}_decay"] * old + gain * new + self.n[f"{name}_const"]
        return result

    def eta(self) -> FloatArray:
        return self.n["eta"][..., self.t]


Transform: TypeAlias = Callable[[_Step], None]


class _Stage:
    """A stage of a step: its transforms in their order, each with the numbers that call for it."""

    def __init__(self) -> None:
        self.transforms: list[tuple[frozenset[str], Transform]] = []

    def __call__(self, *numbers: str) -> Callable[[Transform], Transform]:
        """Add a transform for rules that use one of these numbers; none: for every rule."""

        def add(transform: Transform) -> Transform:
            self.transforms.append((frozenset(numbers), transform))
            return transform

        return add


gather, moments, correct, step = _Stage(), _Stage(), _Stage(), _Stage()


class _Chain:
    """The transforms that a batch of rules needs, in order."""

    def __init__(self, used: Set[str]) -> None:
        self._used = used
        self._transforms = [
            transform
            for stage in (gather, moments, correct, step)
            for numbers, transform in stage.transforms
            if not numbers or numbers & used
        ]

    def advance(
        self,
        n: Numbers,
        before: _State,
        g: FloatArray,
        t: int,
        clock: int,
        squares: FloatArray | None = None,
    ) -> _State:
        """One step of every rule; ``g``: its gradient, of all points or of one; ``squares``: those
        of the points, summed (None: of one point)."""
        squares = g * g if squares is None else squares
        under_way = _Step(n, self._used, before, g, t, clock, squares)
        for transform in self._transforms:
            transform(under_way)
        return under_way.after


# --------------------------------------------------------------------------------------- gather


@gather("carry")
def _add_the_gradient_before(s: _Step) -> None:
    s.g = s.after.g = _used(s.n["carry"], s.before.g) + s.g


@gather("weight_decay")
def _add_weight_decay(s: _Step) -> None:
    s.g = s.g + _used(s.n["weight_decay"], s.before.theta)


@gather("g_from_other")
def _take_the_others_gradient(s: _Step) -> None:
    s.g = np.where(s.n["g_from_other"] == 1, _other(s.g), s.g)


# -------------------------------------------------------------------------------------- moments


@moments()
def _enter(s: _Step) -> None:
    s.for_m = s.for_v = s.g


@moments("g_from_other_in_m")
def _enter_the_others_in_m(s: _Step) -> None:
    s.for_m = np.where(s.n["g_from_other_in_m"] == 1, _other(s.g), s.g)


@moments("g_from_other_in_v")
def _enter_the_others_in_v(s: _Step) -> None:
    s.for_v = np.where(s.n["g_from_other_in_v"] == 1, _other(s.g), s.g)


@moments("v_share")
def _take_the_mean_for_v(s: _Step) -> None:
    s.for_v = s.for_v * s.n["v_share"]


@moments("share_sum")
def _sum_before_squaring(s: _Step) -> None:
    s.for_v = np.where(s.n["share_sum"] == 1, s.for_v.sum(axis=1, keepdims=True), s.for_v)


@moments()
def _square(s: _Step) -> None:
    s.square = s.for_v * s.for_v


@moments("v_not_squared")
def _leave_unsquared(s: _Step) -> None:
    kind = s.n["v_not_squared"]
    s.square = np.where(kind == 0, s.square, np.where(kind == 1, np.abs(s.for_v), s.for_v))


@moments("v_each_point")
def _square_each_point(s: _Step) -> None:
    s.square = np.where(s.n["v_each_point"] == 1, s.squares, s.square)


@moments("share_squares")
def _sum_the_squares(s: _Step) -> None:
    both = s.square.sum(axis=1, keepdims=True)
    s.square = np.where(s.n["share_squares"] == 1, both, s.square)


@moments("m_rate")
def _anneal(s: _Step) -> None:
    s.m_gain = s.n["m_gain"] * s.n["m_rate"][..., s.t]


@moments()
def _average(s: _Step) -> None:
    s.m = s.after.m = s.moment("m", s.before.m, s.m_gain, s.for_m)
    s.v = s.after.v = s.moment("v", s.before.v, s.n["v_gain"], s.square)


@moments("v_of_m")
def _gather_m_in_v(s: _Step) -> None:
    of_m = s.moment("v", s.before.v, s.n["v_gain"], s.m * s.m)
    s.v = s.after.v = np.where(s.n["v_of_m"] == 1, of_m, s.v)


@moments("m_goes_on_from_w")
def _go_on_from_ws_m(s: _Step) -> None:
    whose = s.n["m_goes_on_from_w"]
    of_w = np.where(whose == 2, s.before.m[:, -2:-1], s.m[:, -2:-1])
    from_w = s.moment("m", of_w, s.n["m_gain"], s.for_m)
    s.m = s.after.m = np.where(whose > 0, from_w, s.m)


@moments("v_goes_on_from_w")
def _go_on_from_ws_v(s: _Step) -> None:
    from_w = s.moment("v", s.v[:, -2:-1], s.n["v_gain"], s.square)
    s.v = s.after.v = np.where(s.n["v_goes_on_from_w"] == 1, from_w, s.v)


@moments("share_v_in_turn")
def _share_v(s: _Step) -> None:
    s.v, s.after.v = _in_turn(s.n, "v", s.before.v, s.v, s.square)


@moments("share_m_in_turn")
def _share_m(s: _Step) -> None:
    s.m, s.after.m = _in_turn(s.n, "m", s.before.m, s.m, s.for_m)


@moments("m_before")
def _see_the_m_before(s: _Step) -> None:
    s.m = np.where(s.n["m_before"] == 1, s.before.m, s.m)


@moments("v_before")
def _see_the_v_before(s: _Step) -> None:
    s.v = np.where(s.n["v_before"] == 1, s.before.v, s.v)


def _in_turn(
    n: Numbers, name: str, before: FloatArray, own: FloatArray, input_: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """One state for w and b, updated for w and then for b: (what each step sees, what is kept)."""
    shared = n[f"share_{name}_in_turn"] == 1
    decay, gain, const = n[f"{name}_decay"], n[f"{name}_gain"], n[f"{name}_const"]
    after_w = decay[:, :1] * before[:, :1] + gain[:, :1] * input_[:, :1] + const[:, :1]
    after_b = decay[:, -1:] * after_w + gain[:, -1:] * input_[:, -1:] + const[:, -1:]
    seen = np.concatenate([np.repeat(after_w, own.shape[1] - 1, axis=1), after_b], axis=1)
    kept = np.repeat(after_b, own.shape[1], axis=1)
    seen = np.where(n["share_before_steps"] == 1, kept, seen)
    return np.where(shared, seen, own), np.where(shared, kept, own)


# -------------------------------------------------------------------------------------- correct


@correct()
def _leave_uncorrected(s: _Step) -> None:
    s.m_hat, s.v_hat = s.m, s.v


@correct("m_a", "m_b", "m_minus_power")
def _correct_m(s: _Step) -> None:
    s.m_hat = _corrected(s, "m", s.m)


@correct("v_a", "v_b", "v_minus_power")
def _correct_v(s: _Step) -> None:
    s.v_hat = _corrected(s, "v", s.v)


@correct("v_maximum")
def _take_the_largest(s: _Step) -> None:
    kind = s.n["v_maximum"]
    s.after.v_most = most = np.maximum(s.before.v_most, np.where(kind == 3, s.v, s.v_hat))
    if s.used & {"v_a", "v_b", "v_minus_power"}:
        most = np.where(kind == 3, _corrected(s, "v", most), most)
    s.v_hat = np.where(kind > 0, most, s.v_hat)
    s.after.v = np.where(kind == 2, s.v_hat, s.after.v)


@correct("m_overwritten")
def _keep_the_corrected_m(s: _Step) -> None:
    s.after.m = np.where(s.n["m_overwritten"] == 1, s.m_hat, s.after.m)


@correct("v_overwritten")
def _keep_the_corrected_v(s: _Step) -> None:
    s.after.v = np.where(s.n["v_overwritten"] == 1, s.v_hat, s.after.v)


@correct("m_from_other")
def _take_the_others_m(s: _Step) -> None:
    s.m_hat = np.where(s.n["m_from_other"] == 1, _other(s.m_hat), s.m_hat)


@correct("v_from_other")
def _take_the_others_v(s: _Step) -> None:
    s.v_hat = np.where(s.n["v_from_other"] == 1, _other(s.v_hat), s.v_hat)


def _corrected(s: _Step, name: str, moment: FloatArray) -> FloatArray:
    """``moment / (a + b * beta**clock)``, with the numbers of m or of v."""
    n, clocks = s.n, s.n[f"{name}_clock"]
    exponent = clocks[..., s.t]
    if s.clock != s.t and clocks.shape[-1] > 1:
        # t counts points: a clock that runs goes on with them, one that stands still does not
        exponent = exponent + (clocks[..., 1] - clocks[..., 0]) * (s.clock - s.t)
    power = n[f"{name}_beta"] ** exponent
    divisor = n[f"{name}_a"] + n[f"{name}_b"] * power
    if f"{name}_minus_power" in s.used:
        moment = moment - n[f"{name}_minus_power"] * power
    if f"{name}_sense" in s.used:
        return np.where(n[f"{name}_sense"] == -1, moment * divisor, moment / divisor)
    return moment / divisor


# ----------------------------------------------------------------------------------------- step


@step("eps_in_raw")
def _add_epsilon_to_the_uncorrected_v(s: _Step) -> None:
    divisor = s.n["v_a"] + s.n["v_b"] * s.n["v_beta"] ** s.n["v_clock"][..., s.t]
    s.v_hat = s.v_hat + _used(s.n["eps_in_raw"], 1 / divisor)


@step()
def _take_no_root(s: _Step) -> None:
    s.root = np.ones_like(s.v_hat)


@step("power")
def _take_the_root(s: _Step) -> None:
    inside, power = s.v_hat + s.n["eps_in"], s.n["power"]
    s.root = root = np.sqrt(inside)
    others = power != 0.5
    if not others.any():
        return
    # One after the other is far faster than a power, and than np.select.
    for one, known in ((0, 1.0), (1, inside), (-0.5, 1 / root)):
        of_these = power == one
        s.root = np.where(of_these, known, s.root)
        others &= ~of_these
    if others.any():
        s.root = np.where(others, inside**power, s.root)


@step("eps_out")
def _add_epsilon_outside(s: _Step) -> None:
    eps, multiplied = s.n["eps_out"], s.n["power"] == -0.5  # instead of divided: eta * (root + eps)
    s.root = np.where(multiplied, 1 / (1 / s.root + eps), s.root + eps)


@step("eps_out_raw")
def _add_epsilon_before_the_correction(s: _Step) -> None:
    # eta * c / (sqrt(v) + eps) is eta / (sqrt(v_hat) + eps / c), with c = sqrt(1 - beta2**t)
    divisor = s.n["v_a"] + s.n["v_b"] * s.n["v_beta"] ** s.n["v_clock"][..., s.t]
    s.root = s.root + _used(s.n["eps_out_raw"], 1 / np.sqrt(divisor))


@step()
def _divide_eta(s: _Step) -> None:
    s.rate = s.eta() / s.root


@step("eps_rate")
def _add_epsilon_to_the_rate(s: _Step) -> None:
    s.rate = s.rate + s.n["eps_rate"]


@step()
def _move_along_m(s: _Step) -> None:
    s.numerator = _used(s.n["use_m"], s.m_hat)


@step("use_g")
def _move_along_g(s: _Step) -> None:
    s.numerator = s.numerator + _used(s.n["use_g"], s.g)


@step("use_v")
def _move_along_v(s: _Step) -> None:
    s.numerator = s.numerator + _used(s.n["use_v"], s.v_hat)


@step("use_v_raw")
def _move_along_uncorrected_v(s: _Step) -> None:
    s.numerator = s.numerator + _used(s.n["use_v_raw"], s.v)


@step("use_theta")
def _move_along_theta(s: _Step) -> None:
    s.numerator = s.numerator + _used(s.n["use_theta"], s.before.theta)


@step("use_one")
def _move_whatever_the_gradient(s: _Step) -> None:
    s.numerator = s.numerator + s.n["use_one"]


@step()
def _multiply(s: _Step) -> None:
    s.change = s.rate * s.numerator


@step("eps_step")
def _add_epsilon_times_m(s: _Step) -> None:
    s.change = s.change + _used(s.n["eps_step"], s.m_hat)


@step("shrink")
def _shrink(s: _Step) -> None:
    s.change = s.change + _used(s.eta() * s.n["shrink"], s.before.theta)


@step()
def _move(s: _Step) -> None:
    s.after.theta = s.before.theta - s.change


@step("shrink_after")
def _shrink_afterwards(s: _Step) -> None:
    moved = s.after.theta
    s.after.theta = moved - _used(s.eta() * s.n["shrink_after"], moved)


# --------------------------------------------------------------------------------------- helpers


def _used(factor: FloatArray, term: FloatArray) -> FloatArray:
    """factor * term, and 0 where the factor is 0 even if the term is NaN or infinite: a number
    that one rule uses must not speak in the others of the batch."""
    return np.where(factor == 0, 0.0, factor * term)


def _other(values: FloatArray) -> FloatArray:
    """For each entry of w b's value, for b the value of w's last entry."""
    swapped = np.empty_like(values)
    swapped[:, :-1] = values[:, -1:]
    swapped[:, -1] = values[:, -2]
    return swapped
