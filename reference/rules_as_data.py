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
that :mod:`reference.running` evaluates a thousand wrong variants for the price of a few dozen NumPy
operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = slice | Sequence[int] | NDArray[np.intp]

# The numbers of a rule, and their values for plain gradient descent.
NUMBERS: Mapping[str, float] = {
    "g_scale": 1.0,  # 1/n for the mean
    "last_only": 0.0,  # 1: only the last point's gradient counts
    "skip_first": 0.0,  # 1: the first point's gradient is left out
    "skip_last": 0.0,
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
    "v_each_point": 0.0,  # 1: the points' squares are summed, for the square of their sum
    "v_share": 1.0,  # 1/n: the mean enters v, the sum everything else
    "v_of_m": 0.0,  # 1: v gathers m**2
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
    "power": 0.0,  # 1/2: divided by the root; 0: not adaptive; any other one, too
    "eps_in": 0.0,
    "eps_in_raw": 0.0,  # added to the uncorrected v, inside the root
    "eps_out": 0.0,
    "eps_out_raw": 0.0,  # added to the root of the uncorrected v
    "eps_rate": 0.0,
    "eps_step": 0.0,
    "shrink": 0.0,  # theta moves by eta * shrink * theta besides
    "shrink_after": 0.0,  # the same, with theta as it is after the step
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


class Problem(Protocol):
    """What a rule is run on: data, gradient, start and hyper-parameters."""

    @property
    def start(self) -> FloatArray:
        """Shape (P,): w's entries, then b."""
        ...

    @property
    def points(self) -> int:
        """n, the number of points."""
        ...

    @property
    def max_epochs(self) -> int: ...
    @property
    def hyper(self) -> Mapping[str, float]:
        """Hyper-parameters by the name of the argument: eta, eps, beta, ..."""
        ...

    @property
    def t(self) -> FloatArray:
        """The epochs 1, 2, ..., T (at least two, so that one can tell whether a clock runs)."""
        ...

    def gradient(self, theta: FloatArray, epoch: int, /) -> FloatArray:
        """The gradients of the n points one by one: (K, P) parameters -> (K, n, P)."""
        ...


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

    def view(self, rows: Rows = slice(None), part: str = "both") -> RuleView:
        """The rules of some rows, in both parameters or in ``"w"`` or ``"b"`` only."""
        columns = {"both": slice(None), "w": slice(None, -1), "b": slice(-1, None)}[part]
        return RuleView(self, rows, columns)


class RuleView:
    """Reads and writes the numbers of some rules as if they were one: ``rule.v_decay = 1``.

    ``rule.hyper`` holds the hyper-parameters, ``rule.t`` the epochs, ``rule.problem`` the rest.
    Reading gives a copy, so that ``rule.a, rule.b = rule.b, rule.a`` swaps.
    """

    __slots__ = ("_columns", "_rows", "_rules")
    _rules: Rules
    _rows: Rows
    _columns: slice

    def __init__(self, rules: Rules, rows: Rows, columns: slice) -> None:
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_rows", rows)
        object.__setattr__(self, "_columns", columns)

    @property
    def problem(self) -> Problem:
        return self._rules.problem

    @property
    def hyper(self) -> Mapping[str, float]:
        return self.problem.hyper

    def held(self, fixed: Mapping[str, float]) -> RuleView:
        """The same rules, for which some hyper-parameters are always these."""
        return _HeldView(self._rules, self._rows, self._columns, fixed)

    @property
    def t(self) -> FloatArray:
        return self._rules.t

    @property
    def is_b(self) -> NDArray[np.bool_]:
        """Which of all parameters is b: shape (P,)."""
        last = len(self.problem.start) - 1
        return np.asarray(np.arange(last + 1) == last)

    def __getattr__(self, name: str) -> FloatArray:
        return self._rules.numbers[name][self._rows, self._columns].copy()

    def __setattr__(self, name: str, value: float | FloatArray) -> None:
        rules = self._rules
        if name not in rules.touched:
            if isinstance(value, float | int) and value == NUMBERS.get(name):
                return  # it has that value already, in every rule
            rules.touched.add(name)
        rules.numbers[name][self._rows, self._columns] = value

    def step_at_every_point(self) -> None:
        """Put the step inside the loop over the points (for both parameters)."""
        self._rules.every_point[self._rows] = True


class _HeldView(RuleView):
    """A view for which some hyper-parameters are others."""

    __slots__ = ("_fixed",)
    _fixed: Mapping[str, float]

    def __init__(
        self, rules: Rules, rows: Rows, columns: slice, fixed: Mapping[str, float]
    ) -> None:
        super().__init__(rules, rows, columns)
        object.__setattr__(self, "_fixed", fixed)

    @property
    def hyper(self) -> Mapping[str, float]:
        return {**self.problem.hyper, **self._fixed}


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
