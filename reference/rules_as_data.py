"""An update rule as data, so that a misconception is a small edit of it and edits compose.

Every rule of the lecture, and every known way to get one wrong, is one recurrence with other
numbers in it.  For each epoch t = 1 ... T and each parameter theta (an entry of w, or b)::

    g     = carry * g_before + g_scale * gradient(theta - lookahead * m) + weight_decay * theta
    m     = m_decay * m + m_gain * m_rate[t] * g + m_const
    v     = v_decay * v + v_gain * g**2 + v_const
    m_hat = m / (m_a + m_b * m_beta**m_clock[t]) ** m_sense          the same for v_hat
    step  = (eta[t] / ((v_hat + eps_in)**power + eps_out) + eps_rate) * numerator + eps_step * m_hat
    theta = theta - step

with ``numerator = use_m * m_hat + use_g * g + use_v * v_hat + use_theta * theta + use_one``.
Gradient descent, momentum, NAG, AdaGrad, RMSProp, Adam and AMSGrad are settings of the numbers
(below); ``decay_missing`` is ``rule.v_decay = 1``.

A :class:`Rules` object holds many such rules at once, along the first axis of every number, so
that a thousand wrong variants are evaluated for the price of a few dozen NumPy operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# The numbers of a rule, and their values for plain gradient descent.
NUMBERS: Mapping[str, float] = {
    "g_scale": 1.0,  # 1/n for the mean
    "last_only": 0.0,  # 1: only the last point's gradient counts
    "carry": 0.0,  # 1: the gradient is never set back to 0
    "weight_decay": 0.0,
    # NAG: a parameter's gradient is asked at theta - lookahead * m.  When w's gradient is asked
    # for, b is where lookahead_of_other of w puts it, and the other way round.
    "lookahead": 0.0,
    "lookahead_of_other": 0.0,
    "m_decay": 0.0,
    "m_gain": 1.0,
    "m_const": 0.0,
    "m_start": 0.0,
    "v_decay": 0.0,
    "v_gain": 0.0,
    "v_const": 0.0,
    "v_start": 0.0,
    "v_start_theta": 0.0,  # 1: the state starts at theta
    "m_start_theta": 0.0,
    "v_not_squared": 0.0,  # 1: |g| for g**2;  -1: g for g**2
    # 1: v_hat never falls (AMSGrad);  2: and v goes on from it;  3: v never falls, then corrected
    "v_maximum": 0.0,
    "m_minus_power": 0.0,  # 1: beta**t is subtracted after the division
    "v_minus_power": 0.0,
    "m_beta": 0.0,
    "m_a": 1.0,
    "m_b": 0.0,
    "m_sense": 1.0,  # -1: multiplied where it is to be divided
    "v_beta": 0.0,
    "v_a": 1.0,
    "v_b": 0.0,
    "v_sense": 1.0,
    "m_overwritten": 0.0,  # 1: the corrected moment is kept as the state
    "v_overwritten": 0.0,
    "m_before": 0.0,  # 1: the step uses the state of the epoch before
    "v_before": 0.0,
    "use_m": 1.0,
    "use_g": 0.0,
    "use_v": 0.0,
    "use_v_raw": 0.0,  # the second moment before its correction
    "use_theta": 0.0,
    "use_one": 0.0,
    "power": 0.0,  # 1/2: divided by the root; 0: not adaptive
    "eps_in": 0.0,
    "eps_out": 0.0,
    "eps_out_raw": 0.0,  # added to the root of the uncorrected v
    "eps_rate": 0.0,
    "eps_step": 0.0,
    "shrink": 0.0,  # theta moves by eta * shrink * theta besides
    # Couplings between w and b: which parameter's state moves this one (0: its own).
    "v_from_other": 0.0,
    "m_from_other": 0.0,
    "g_from_other": 0.0,
    "g_from_other_in_m": 0.0,
    "g_from_other_in_v": 0.0,
    "m_goes_on_from_w": 0.0,  # 1: b's m goes on from w's new m, instead of from its own;  2: old m
    "v_goes_on_from_w": 0.0,  # b's v goes on from w's new v, instead of from its own
    "share_squares": 0.0,  # one v for both, of both squares
    "share_sum": 0.0,  # one v for both, of the square of the sum
    "share_v_in_turn": 0.0,  # one v for both, updated for w, then for b
    "share_m_in_turn": 0.0,
    "share_before_steps": 0.0,  # and both steps see it as it is after b's turn
    "sequential": 0.0,  # b's gradient is taken at the new w
    # A step at every point; used only by schedules that step inside the loop over the points.
    "keeps_adding": 0.0,  # 1: within an epoch; 2: from the first epoch on
}
PER_EPOCH = ("eta", "m_rate", "m_clock", "v_clock")
"""Numbers that have a value for each epoch: shape (rules, parameters, epochs)."""


@dataclass(frozen=True, eq=False)
class Problem:
    """One instance: data, gradient, start and hyper-parameters.

    ``gradient(theta)`` takes (K, P) parameters (w's entries, then b) and returns the gradients
    of the n points one by one, shape (K, n, P).
    """

    gradient: Callable[[FloatArray, int], FloatArray]
    start: FloatArray
    """Shape (P,): w's entries, then b."""
    points: int
    max_epochs: int
    hyper: Mapping[str, float]
    """Hyper-parameters by the name of the argument: eta, eps, beta, ..."""

    @property
    def t(self) -> FloatArray:
        """The epochs 1, 2, ..., T (at least two, so that one can tell whether a clock runs)."""
        return np.arange(1, max(self.max_epochs, 2) + 1, dtype=np.float64)


class Rules:
    """Many rules side by side: ``numbers[name]`` has shape (K, P) or (K, P, T)."""

    def __init__(self, count: int, problem: Problem, epochs: int | None = None) -> None:
        """``epochs``: how many will be run at most; None: all of the problem's."""
        parameters = len(problem.start)
        self.count = count
        self.problem = problem
        self.t = problem.t if epochs is None else problem.t[: max(epochs, 2)]
        # np.zeros costs nothing until it is written to, and most numbers of most rules stay 0.
        self.numbers: dict[str, FloatArray] = {
            name: np.full((count, parameters), value) if value else np.zeros((count, parameters))
            for name, value in NUMBERS.items()
        }
        self.touched: set[str] = set()
        """Numbers that some rule uses; the others have the values of NUMBERS everywhere."""
        for name in PER_EPOCH:
            self.numbers[name] = np.empty((count, parameters, len(self.t)))
        self.numbers["eta"][:] = problem.hyper.get("eta", 1.0)
        self.numbers["m_rate"][:] = 1.0  # a gradient's share of eta when it enters m
        self.numbers["m_clock"][:] = self.t
        self.numbers["v_clock"][:] = self.t
        self.every_point = np.zeros(count, dtype=bool)

    def view(self, rows: Any = slice(None), part: str = "both") -> RuleView:
        """The rules of some rows, in both parameters or in ``"w"`` or ``"b"`` only."""
        columns = {"both": slice(None), "w": slice(None, -1), "b": slice(-1, None)}[part]
        return RuleView(self, rows, columns)


class RuleView:
    """Reads and writes the numbers of some rules as if they were one: ``rule.v_decay = 1``.

    ``rule.hyper`` holds the hyper-parameters, ``rule.t`` the epochs, ``rule.problem`` the rest.
    Reading gives a copy, so that ``rule.a, rule.b = rule.b, rule.a`` swaps.
    """

    __slots__ = ("_columns", "_rows", "_rules")

    def __init__(self, rules: Rules, rows: Any, columns: slice) -> None:
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_rows", rows)
        object.__setattr__(self, "_columns", columns)

    @property
    def problem(self) -> Problem:
        rules: Rules = self._rules
        return rules.problem

    @property
    def hyper(self) -> Mapping[str, float]:
        return self.problem.hyper

    @property
    def t(self) -> FloatArray:
        rules: Rules = self._rules
        return rules.t

    def __getattr__(self, name: str) -> Any:
        return self._rules.numbers[name][self._rows, self._columns].copy()

    def __setattr__(self, name: str, value: Any) -> None:
        rules: Rules = self._rules
        if name not in rules.touched:
            if isinstance(value, float | int) and value == NUMBERS.get(name):
                return  # it has that value already, in every rule
            rules.touched.add(name)
        rules.numbers[name][self._rows, self._columns] = value

    def step_at_every_point(self) -> None:
        """Put the step inside the loop over the points (for both parameters)."""
        self._rules.every_point[self._rows] = True


# ---------------------------------------------------------------- the lecture's rules as data


def gradient_descent(rule: RuleView) -> None:
    """theta = theta - eta * g."""
    for name, value in NUMBERS.items():
        setattr(rule, name, value)
    rule.eta = rule.hyper.get("eta", 1.0)
    rule.m_rate = 1.0


def momentum(rule: RuleView) -> None:
    """update = gamma * update + eta * g;  theta = theta - update   (m is update / eta)."""
    gradient_descent(rule)
    rule.m_decay = rule.hyper["gamma"]


def nesterov(rule: RuleView) -> None:
    """As momentum, with the gradient asked at the look-ahead theta - gamma * update."""
    momentum(rule)
    rule.lookahead = rule.lookahead_of_other = rule.hyper["gamma"] * rule.hyper["eta"]


def annealed_momentum(rule: RuleView) -> None:
    """update = gamma * update + eta_t * g with eta_t = eta / (1 + decay * (t - 1))."""
    momentum(rule)
    rule.m_rate = 1 / (1 + rule.hyper["decay"] * (rule.t - 1))


def adagrad(rule: RuleView) -> None:
    """v = v + g**2;  theta = theta - eta / sqrt(v + eps) * g."""
    gradient_descent(rule)
    rule.v_decay = rule.v_gain = 1.0
    rule.power, rule.eps_in = 0.5, rule.hyper["eps"]


def adagrad_without_root(rule: RuleView) -> None:
    """v = v + g**2;  theta = theta - eta / (v + eps) * g."""
    adagrad(rule)
    rule.power = 1.0


def rmsprop(rule: RuleView, beta: str = "beta") -> None:
    """v = beta * v + (1 - beta) * g**2;  theta = theta - eta / sqrt(v + eps) * g."""
    adagrad(rule)
    rule.v_decay, rule.v_gain = rule.hyper[beta], 1 - rule.hyper[beta]


def adam(rule: RuleView, beta1: str = "beta1", beta2: str = "beta2") -> None:
    """Both moments, both corrected: theta = theta - eta / sqrt(v_hat + eps) * m_hat."""
    rmsprop(rule, beta2)
    rule.m_decay, rule.m_gain = rule.hyper[beta1], 1 - rule.hyper[beta1]
    rule.m_beta, rule.m_a, rule.m_b = rule.hyper[beta1], 1.0, -1.0
    rule.v_beta, rule.v_a, rule.v_b = rule.hyper[beta2], 1.0, -1.0


def amsgrad(rule: RuleView) -> None:
    """Reddi, Kale, Kumar (2018), algorithm 2: v_hat = max(v_hat, v), no bias correction."""
    adam(rule)
    rule.m_b = rule.v_b = 0.0
    rule.v_maximum = 1.0


# ---------------------------------------------------------------------------- evaluating them


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


class _State:
    """What a rule remembers from one step to the next, each of shape (K, P)."""

    def __init__(self, rules: Rules) -> None:
        n = rules.numbers
        self.theta = np.repeat(rules.problem.start[None, :], rules.count, axis=0)
        self.m = np.where(n["m_start_theta"] == 1, self.theta, n["m_start"])
        self.v = np.where(n["v_start_theta"] == 1, self.theta, n["v_start"])
        self.v_most = np.zeros_like(self.v)
        self.g = np.zeros_like(self.v)

    def copy(self) -> _State:
        twin = object.__new__(_State)
        twin.__dict__.update(self.__dict__)  # arrays are replaced, never written to
        return twin

    def of(self, rows: NDArray[np.intp]) -> _State:
        """The state of some rules only."""
        twin = object.__new__(_State)
        twin.__dict__.update({name: values[rows] for name, values in self.__dict__.items()})
        return twin

    def put(self, rows: NDArray[np.intp], some: _State) -> None:
        """Replace the state of some rules."""
        for name, values in some.__dict__.items():
            replaced = self.__dict__[name].copy()
            replaced[rows] = values
            self.__dict__[name] = replaced


def _each_epoch(rules: Rules, epochs: int) -> Any:
    state, used, n = _State(rules), rules.touched, rules.numbers
    yield state.theta
    for t in range(epochs):
        gathered = _gather(n, used, _gradients(rules, used, state, t))
        before = state
        state = _advance(n, used, before, gathered, t, t)
        if "sequential" in used:
            rows = np.flatnonzero(n["sequential"][:, -1] == 1)
            those = {name: values[rows] for name, values in n.items()}
            between = before.theta[rows] - those["lookahead"] * before.m[rows]
            between[:, :-1] = state.theta[rows, :-1]
            later = _gather(those, used, rules.problem.gradient(between, t))
            later[:, :-1] = gathered[rows, :-1]
            state.put(rows, _advance(those, used, before.of(rows), later, t, t))
        yield state.theta


def _each_point(rules: Rules, epochs: int, by_point: bool) -> Any:
    state, used, n = _State(rules), rules.touched, rules.numbers
    added = np.zeros_like(state.theta)
    yield state.theta
    for t in range(epochs):
        added = added * (n["keeps_adding"] == 2)
        for i in range(rules.problem.points):
            each = _gradients(rules, used, state, t)[:, i]
            added = added * (n["keeps_adding"] > 0) + each
            count = t * rules.problem.points + i + 1 if by_point else t + 1
            state = _advance(n, used, state, added * n["g_scale"], t, count - 1)
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


def _gather(n: Mapping[str, FloatArray], used: Set[str], each: FloatArray) -> FloatArray:
    total = each.sum(axis=1)
    if "last_only" in used:
        total = np.where(n["last_only"] == 1, each[:, -1], total)
    return np.asarray(total * n["g_scale"]) if "g_scale" in used else np.asarray(total)


def _advance(
    n: Mapping[str, FloatArray],
    used: Set[str],
    before: _State,
    gathered: FloatArray,
    t: int,
    clock: int,
) -> _State:
    """One step of every rule; ``t`` counts epochs from 0, ``clock`` what the correction counts."""
    state = before.copy()
    g = gathered
    if "carry" in used:
        g = _used(n["carry"], before.g) + g
    state.g = g
    if "weight_decay" in used:
        g = g + _used(n["weight_decay"], before.theta)
    if "g_from_other" in used:
        g = np.where(n["g_from_other"] == 1, _other(g), g)

    for_m = for_v = g
    if "g_from_other_in_m" in used:
        for_m = np.where(n["g_from_other_in_m"] == 1, _other(g), g)
    if "g_from_other_in_v" in used:
        for_v = np.where(n["g_from_other_in_v"] == 1, _other(g), g)
    square = _square(n, used, for_v)
    state.m = n["m_decay"] * before.m + n["m_gain"] * for_m + n["m_const"]
    if "m_rate" in used:
        share = n["m_gain"] * n["m_rate"][..., t]
        state.m = n["m_decay"] * before.m + share * for_m + n["m_const"]
    state.v = n["v_decay"] * before.v + n["v_gain"] * square + n["v_const"]
    if "m_goes_on_from_w" in used:
        of_w = np.where(n["m_goes_on_from_w"] == 2, before.m[:, -2:-1], state.m[:, -2:-1])
        from_w = n["m_decay"] * of_w + n["m_gain"] * for_m + n["m_const"]
        state.m = np.where(n["m_goes_on_from_w"] > 0, from_w, state.m)
    if "v_goes_on_from_w" in used:
        from_w = n["v_decay"] * state.v[:, -2:-1] + n["v_gain"] * square + n["v_const"]
        state.v = np.where(n["v_goes_on_from_w"] == 1, from_w, state.v)
    m, v = state.m, state.v
    if "share_v_in_turn" in used:
        v, state.v = _in_turn(n, "v", before.v, v, square)
    if "share_m_in_turn" in used:
        m, state.m = _in_turn(n, "m", before.m, m, for_m)
    if "m_before" in used:
        m = np.where(n["m_before"] == 1, before.m, m)
    if "v_before" in used:
        v = np.where(n["v_before"] == 1, before.v, v)

    m_hat = _corrected(n, used, "m", m, t, clock)
    v_hat = _corrected(n, used, "v", v, t, clock)
    if "v_maximum" in used:
        state.v_most = np.maximum(before.v_most, np.where(n["v_maximum"] == 3, v, v_hat))
        most = _corrected(n, used, "v", state.v_most, t, clock)
        most = np.where(n["v_maximum"] == 3, most, state.v_most)
        v_hat = np.where(n["v_maximum"] > 0, most, v_hat)
        state.v = np.where(n["v_maximum"] == 2, v_hat, state.v)
    if "m_overwritten" in used:
        state.m = np.where(n["m_overwritten"] == 1, m_hat, state.m)
    if "v_overwritten" in used:
        state.v = np.where(n["v_overwritten"] == 1, v_hat, state.v)
    if "m_from_other" in used:
        m_hat = np.where(n["m_from_other"] == 1, _other(m_hat), m_hat)
    if "v_from_other" in used:
        v_hat = np.where(n["v_from_other"] == 1, _other(v_hat), v_hat)
    state.theta = before.theta - _step(n, used, before.theta, g, m_hat, v, v_hat, t)
    return state


def _square(n: Mapping[str, FloatArray], used: Set[str], g: FloatArray) -> FloatArray:
    if "share_sum" in used:
        g = np.where(n["share_sum"] == 1, g.sum(axis=1, keepdims=True), g)
    square = g * g
    if "v_not_squared" in used:
        kind = n["v_not_squared"]
        square = np.where(kind == 0, square, np.where(kind == 1, np.abs(g), g))
    if "share_squares" in used:
        both = square.sum(axis=1, keepdims=True)
        square = np.where(n["share_squares"] == 1, both, square)
    return square


def _in_turn(
    n: Mapping[str, FloatArray], name: str, before: FloatArray, own: FloatArray, input_: FloatArray
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


def _corrected(
    n: Mapping[str, FloatArray], used: Set[str], name: str, moment: FloatArray, t: int, clock: int
) -> FloatArray:
    if not (f"{name}_b" in used or f"{name}_a" in used or f"{name}_minus_power" in used):
        return moment
    clocks = n[f"{name}_clock"]
    # A clock that counts points runs on beyond the last epoch's number.
    exponent = clocks[..., t]
    if clock != t and clocks.shape[-1] > 1:
        # t counts points: a clock that runs goes on with them, one that stands still does not
        exponent = exponent + (clocks[..., 1] - clocks[..., 0]) * (clock - t)
    power = n[f"{name}_beta"] ** exponent
    divisor = n[f"{name}_a"] + n[f"{name}_b"] * power
    if f"{name}_minus_power" in used:
        moment = moment - n[f"{name}_minus_power"] * power
    if f"{name}_sense" in used:
        return np.where(n[f"{name}_sense"] == -1, moment * divisor, moment / divisor)
    return moment / divisor


def _step(
    n: Mapping[str, FloatArray],
    used: Set[str],
    theta: FloatArray,
    g: FloatArray,
    m_hat: FloatArray,
    v: FloatArray,
    v_hat: FloatArray,
    t: int,
) -> FloatArray:
    inside = v_hat + n["eps_in"]
    root = np.sqrt(inside)
    power = n["power"]
    if (power != 0.5).any():
        kinds = [power == 1, power == 0, power == -0.5]
        values = [inside, np.ones_like(root), 1 / root]
        root = np.select(kinds, values, root)
    if "eps_out" in used:
        # multiplied instead of divided: eta * (root + eps)
        root = np.where(power == -0.5, 1 / (1 / root + n["eps_out"]), root + n["eps_out"])
    if "eps_out_raw" in used:
        # eta * c / (sqrt(v) + eps) is eta / (sqrt(v_hat) + eps / c), with c = sqrt(1 - beta2**t)
        clocks = n["v_clock"][..., t]
        divisor = n["v_a"] + n["v_b"] * n["v_beta"] ** clocks
        root = root + _used(n["eps_out_raw"], 1 / np.sqrt(divisor))
    rate = n["eta"][..., t] / root
    if "eps_rate" in used:
        rate = rate + n["eps_rate"]
    numerator = _used(n["use_m"], m_hat)
    terms = (("use_g", g), ("use_v", v_hat), ("use_v_raw", v), ("use_theta", theta))
    for name, term in terms:
        if name in used:
            numerator = numerator + _used(n[name], term)
    if "use_one" in used:
        numerator = numerator + n["use_one"]
    step = rate * numerator
    if "eps_step" in used:
        step = step + _used(n["eps_step"], m_hat)
    if "shrink" in used:
        step = step + _used(n["eta"][..., t] * n["shrink"], theta)
    return np.asarray(step)


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
