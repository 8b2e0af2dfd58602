"""Problems for a rule beyond the hidden ones: as unlike each other as its contract allows.

A problem is an ordinary one that is unlike in a few ways (:func:`ways`): many points or one, many
epochs or none, a tiny epsilon, a start far away, gradients that die.  So a program that is wrong
somewhere only is wrong on some problem, and what that is unlike in says where.

A problem whose answer depends on rounding, to single precision even, is no problem: right programs
would differ on it, and where somebody's rounding is too small to matter it would be blown up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import numpy as np

from autograder.judging.problem import Problem
from autograder.judging.rule.asked import Rule
from autograder.judging.rule.history import read_history
from autograder.judging.rule.hyperparameters import Range, Role, by_role
from autograder.judging.rule.instance import Instance
from autograder.model import FloatArray, Neuron, Stream, Trace

MOST_WORK = 6_000
"""Points times epochs of a problem at most: what a student's loop does in some 30 ms."""
SINGLE, CALM = 6e-8, 2.5e-7
"""Where the start and the gradients are off by the one, beside 1 or themselves, as in single
precision, no entry of the answer may be off by more than the other: a quarter of what is wrong."""
APART = 2e-4
"""Points closer than this, beside 1 or themselves, may be one place to a recorded gradient."""


@dataclass(frozen=True)
class Setting:
    """An instance in a few words: what an author writes down to ask it again."""

    points: int = 6
    features: int | None = None
    """d for a vector x, None for a number."""
    epochs: int = 8
    start_w: float = 1.0
    """Size of w's entries at the start; the first one's sign is drawn, and the others alternate."""
    start_b: float = 1.0
    gradients: str = "neuron"
    """That of a squashed neuron, or recorded ones by the name of how they go (:data:`COURSES`)."""
    size: float = 1.0
    """Of the summed gradient at the start, on average over its entries."""
    inputs: float = 1.0
    """Size of x's entries."""
    targets: float = 1.0
    """Size of y; beyond what the neuron can answer, its gradient never turns."""
    labels: bool = False
    """Whether y is 0 and 1 by turns, as of two classes."""
    steep: float = 1.0
    """How many times as steep the neuron is: much, and a start is where it hardly answers."""
    rests: float = 0.0
    """How often the neuron rests along z (:class:`Neuron`); 0: it never does.  Of a number x the
    gradients by w and by b rest in turn, so that one of them always leads on; of a vector all of a
    point's rests at once."""
    sparse: bool = False
    """Whether each feature is on in one point, and off in the others."""
    whole_b: bool = False
    """Whether b starts at a whole number, handed in as one."""
    hyper: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Arguments that the call leaves out: the signature that students are given has defaults."""
    seed: int = 0
    """Of what is left to chance."""

    def __str__(self) -> str:
        """The constructor's call, with whatever is not as it always is."""
        usual = Setting()
        names = [
            "points",
            "features",
            "epochs",
            "start_w",
            "start_b",
            "gradients",
            "size",
            "inputs",
            "targets",
            "labels",
            "steep",
            "rests",
            "sparse",
            "whole_b",
            "left_out",
        ]
        said = [
            f"{name}={getattr(self, name)!r}"
            for name in names
            if getattr(self, name) != getattr(usual, name)
        ]
        hyper = ", ".join(f"{name!r}: {value!r}" for name, value in self.hyper.items())
        return f"Setting({', '.join([*said, f'hyper={{{hyper}}}', f'seed={self.seed}'])})"

    def _targets(self, chance: np.random.Generator) -> FloatArray:
        drawn: FloatArray = self.targets * (-0.4 + 1.3 * chance.random(self.points))
        return np.array([k % 2 for k in range(self.points)], float) if self.labels else drawn

    def instance(self, name: str) -> Instance:
        """The whole instance."""
        chance = np.random.Generator(np.random.PCG64(self.seed))
        d = self.features or 1
        on = chance.random((self.points, d)) > 0.3
        on[0] = True
        if self.sparse:
            on = np.arange(self.points)[:, None] == np.arange(d) % self.points
        x = _signs(chance, self.points, d) * (0.5 + 1.5 * chance.random((self.points, d))) * on
        x *= self.inputs
        signs = _signs(chance, d)[0] * (-1.0) ** np.arange(d)  # of several there are both
        w = self.start_w * signs * (0.7 + 0.6 * chance.random(d)) + 0.0  # 0, not -0
        farthest = max(1.0, self.inputs * abs(self.start_w), abs(self.start_b)) / self.steep
        neuron = Neuron(1.0, -1.5 + float(chance.random()), 1 + float(chance.random()),
                        (0.15 + 0.2 * float(chance.random())) / farthest)  # fmt: skip
        drawn = Instance(
            name=name,
            X=x if self.features else x[:, 0],
            Y=self._targets(chance),
            init_w=w if self.features else np.array(w[0]),
            init_b=self.start_b * float(0.7 + 0.6 * chance.random()),
            max_epochs=self.epochs,
            grad_w=neuron,
            grad_b=neuron,
            hyper=dict(self.hyper),
            left_out=self.left_out,
        )
        if self.whole_b:
            drawn = replace(drawn, init_b=round(drawn.init_b))
        if self.gradients != "neuron":
            course, size = COURSES[self.gradients], self.size / self.points
            b = course(chance, max(self.epochs, 1), 1)[:, 0]
            if self.gradients in _STOPPING:  # b goes on, so that no point comes twice
                b = COURSES["steady"](chance, max(self.epochs, 1), 1)[:, 0]
            w_values = course(chance, max(self.epochs, 1), d)
            recorded = w_values if self.features else w_values[:, 0]
            return replace(drawn, grad_w=Stream(size * recorded), grad_b=Stream(size * b))
        total = np.abs(drawn.gradient(drawn.start[None], 0).sum(axis=1)[0]).mean()
        scaled = replace(neuron, scale=float(self.size / max(total, 1e-300)), rests=self.rests)
        by_b = (
            replace(scaled, rests=-self.rests if self.features is None else self.rests)
            if self.rests
            else scaled
        )
        return replace(drawn, grad_w=scaled, grad_b=by_b)


def _signs(chance: np.random.Generator, *shape: int) -> FloatArray:
    return np.where(chance.random(shape) < 0.5, -1.0, 1.0)


# ------------------------------------------------------------------------------ recorded gradients


def _steady(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    signs = _signs(chance, d)
    steady: FloatArray = signs * (0.8 + 0.4 * chance.random((epochs, d)))
    return steady


def _dying(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    alive: FloatArray = (np.arange(epochs)[:, None] < max(1, epochs // 3)).astype(np.float64)
    return _steady(chance, epochs, d) * alive


def _turning(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    return np.abs(_steady(chance, epochs, d)) * _signs(chance, epochs, d)


def _rising(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    return _steady(chance, epochs, d) * np.geomspace(1, 1e3, epochs)[:, None]


def _falling(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    return _steady(chance, epochs, d) * np.geomspace(1, 1e-3, epochs)[:, None]


def _rare(chance: np.random.Generator, epochs: int, d: int) -> FloatArray:
    there: FloatArray = (np.arange(epochs)[:, None] % 5 == 0).astype(np.float64)
    return _steady(chance, epochs, d) * there


COURSES: Mapping[str, Callable[[np.random.Generator, int, int], FloatArray]] = {
    "steady": _steady,
    "dying": _dying,
    "turning": _turning,
    "rising": _rising,
    "falling": _falling,
    "rare": _rare,
}
"""How recorded gradients go: shape (epochs, d), of about 1 at the start."""
_STOPPING = ("dying", "rare")


# ------------------------------------------------------------------------------------ the ways


@dataclass(frozen=True, eq=False)
class Way:
    """One way to be unlike the ordinary."""

    said: str
    change: Callable[[Setting], Setting]


def ways(
    reach: Mapping[str, Range],
    defaults: Mapping[str, float] | None = None,
    step_size: str | None = None,
) -> list[list[Way]]:
    """All ways, in groups of which a problem takes one at most.

    ``defaults``: what hyper-parameters are where a call leaves them out; ``step_size``: the one
    that may be as good as 0.
    """

    def group(field: str, said: str, values: Sequence[object]) -> list[Way]:
        return [Way(said.format(value), partial(_set, field, value)) for value in values]

    return [
        group("points", "{} points", (1, 2, 3, 12, 25, 60, 101, 150, 300)),
        group("features", "d = {}", (1, 2, 3, 5, 6, 12)),
        group("epochs", "{} epochs", (0, 1, 2, 25, 45, 75, 120, 200, 300)),
        [
            *group("start_w", "w starts at {:g}", (0.0, 1e-3, 4.0, 40.0)),
            Way("w and b start at 0.001", lambda s: replace(s, start_w=1e-3, start_b=1e-3)),
        ],
        group("start_b", "b starts at {:g}", (0.0, 1e-3, -2.0, 40.0, -40.0)),
        group("size", "gradients of {:g}", (1e-6, 1e-4, 1e-2, 30.0, 1e3)),
        group("inputs", "x of {:g}", (1e-2, 30.0)),
        group("targets", "y of {:g}", (10.0, 40.0, -40.0)),
        group("steep", "a neuron {:g} times as steep", (8.0,)),
        group("rests", "a neuron that rests where sin({:g} z) < 0", (3.0, 12.0)),
        [Way("b starts at a whole number", partial(_set, "whole_b", True))],
        [Way(f"{name} gradients", partial(_recorded, name)) for name in COURSES],
        *(
            [
                Way(f"{name} = {value:g}", partial(_hyper, name, value))
                for value in (
                    *(_short(range_.at(share)) for share in SHARES),
                    *([NO_STEP] if name == step_size else []),
                )
            ]
            for name, range_ in reach.items()
        ),
        *([[Way("arguments left out", partial(_left_out, defaults))]] if defaults else []),
    ]


SHARES = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)
"""Of its reach, at which a hyper-parameter is tried."""


NO_STEP = 1e-9
"""A step size with which nothing moves to speak of."""


def _set(field: str, value: object, setting: Setting) -> Setting:
    return replace(setting, **{field: value})  # type: ignore[arg-type]


def _recorded(name: str, setting: Setting) -> Setting:
    return replace(setting, gradients=name, epochs=max(setting.epochs, 15))


def _hyper(name: str, value: float, setting: Setting) -> Setting:
    return replace(setting, hyper={**setting.hyper, name: value})


def _left_out(defaults: Mapping[str, float], setting: Setting) -> Setting:
    return replace(setting, hyper={**setting.hyper, **defaults}, left_out=tuple(defaults))


def _short(value: float) -> float:
    """With as many digits as people like to copy."""
    return float(f"{value:.3g}")


def problems(rule: Rule, chance: np.random.Generator) -> Iterator[Problem]:
    """One problem after another, without end: first each way by itself, then some together."""
    reach = {name: rule.reach.get(name, range_) for name, range_ in rule.ranges.items()}
    groups = ways(reach, rule.defaults, by_role(rule.ranges).get(Role.STEP_SIZE))
    alone: list[Sequence[Way]] = [[], *([way] for group in groups for way in group)]
    names = (f"problem {number}" for number in count())
    for place in chance.permutation(len(alone)):
        said = tuple(way.said for way in alone[place])
        for _ in range(CHANCES):
            setting = _drawn(rule.ranges, alone[place], chance)
            problem = _posed(rule, setting, said, next(names))
            if problem is not None and not said:
                # what a function keeps by its other arguments must not be answered again
                twin = replace(setting, size=2 * setting.size)
                again = _posed(rule, twin, (TWIN,), next(names))
                if again is not None:
                    yield from (problem, again)
                    break
            elif problem is not None:
                yield problem
                break
    while True:
        together = chance.permutation(len(groups))[: 2 + int(2 * chance.random())]
        chosen = [groups[g][int(len(groups[g]) * chance.random())] for g in sorted(together)]
        setting = _drawn(rule.ranges, chosen, chance)
        problem = _posed(rule, setting, tuple(way.said for way in chosen), next(names))
        if problem is not None:
            yield problem


TWIN = "an earlier call with another gradient"
"""Said of a problem that is unlike an earlier one in its gradient only."""
CHANCES = 20
"""Draws after which it is given up that being unlike in one way makes a calm problem."""


def _drawn(
    ranges: Mapping[str, Range], chosen: Sequence[Way], chance: np.random.Generator
) -> Setting:
    """An ordinary setting, made unlike."""
    hyper = {name: range_.draw(chance) for name, range_ in ranges.items()}
    features = 4 if chance.random() < 0.3 else None
    setting = Setting(features=features, hyper=hyper, seed=int(2**31 * chance.random()))
    for way in chosen:
        setting = way.change(setting)
    if setting.size == Setting().size:  # so that epsilon matters, however huge or tiny
        epsilon = setting.hyper.get(by_role(ranges).get(Role.EPSILON, ""), 1.0)
        size = np.sqrt(epsilon) * (1 + 2 * chance.random())
        setting = replace(setting, size=_short(size))
    most = max(1, MOST_WORK // setting.points)
    return replace(setting, epochs=min(setting.epochs, most))


def _posed(rule: Rule, setting: Setting, unlike: tuple[str, ...], name: str) -> Problem | None:
    """None: its answer depends on rounding, or is not finite."""
    instance = setting.instance(name)
    right = posed(rule, instance)
    if right is None:
        return None
    return problem_of(rule, instance, right, unlike, str(setting))


def problem_of(
    rule: Rule, instance: Instance, right: FloatArray, unlike: tuple[str, ...], text: str
) -> Problem:
    """An instance as a problem; ``right``: its right trajectory, shape (epochs + 1, d + 1)."""
    return Problem(instance.call(rule.function), right, partial(_rows, instance), unlike, text)


def posed(rule: Rule, instance: Instance) -> FloatArray | None:
    """The right trajectory; None: it depends on rounding, or is not finite."""
    with np.errstate(all="ignore"):
        right, beside = (
            rule.catalogue.right().trajectories(i)[0] for i in (instance, _nudged(instance))
        )
        calm = np.abs(right - beside) <= CALM * np.maximum(1, np.abs(right))
    if not (np.isfinite(right).all() and calm.all()):
        return None
    if isinstance(instance.grad_w, Stream) and _comes_again(right):
        return None
    return np.asarray(right)


def _nudged(instance: Instance) -> Instance:
    """The same, as off as single precision makes it."""
    w, b = instance.init_w, instance.init_b
    return replace(
        instance,
        init_w=w + SINGLE * np.maximum(1, np.abs(w)),
        init_b=b + SINGLE * max(1.0, abs(b)),
        grad_w=_larger(instance.grad_w),
        grad_b=_larger(instance.grad_b),
    )


def _larger(kind: Neuron | Stream) -> Neuron | Stream:
    if isinstance(kind, Stream):
        return replace(kind, values=kind.values * (1 + SINGLE))
    return replace(kind, scale=kind.scale * (1 + SINGLE))


def _comes_again(rows: FloatArray) -> bool:
    """Whether a point comes again, or one next to it: it would be answered by its first row."""
    apart = np.abs(rows[:, None] - rows[None]) > APART * np.maximum(1, np.abs(rows))
    return not (apart.any(axis=2) | np.eye(len(rows), dtype=bool)).all()


def _rows(instance: Instance, trace: Trace) -> FloatArray | None:
    vector = instance.init_w.ndim == 1
    history = read_history(trace, instance.features, vector, instance.start)
    return None if history.form else history.rows  # what can be put right is not right
