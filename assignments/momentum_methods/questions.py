"""What each question of this assignment calls with what, and what it asks of the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from autograder.judging.formula import Arguments, Draw, Formula, FormulaCheck, Wrong
from autograder.judging.question import Kind
from autograder.judging.rule.edges import (
    CALLED_TWICE,
    INPUTS_UNTOUCHED,
    NO_EPOCHS,
    TINY_STEPS,
)
from autograder.judging.rule.hyperparameters import Range
from autograder.judging.rule.instance import Instance
from autograder.judging.update_rule import Behaviour, Conventions, Judged, Shown, UpdateRule
from autograder.judging.written import Written
from autograder.model import FloatArray, Line, Neuron, Number, Picture, Stream
from autograder.settings import Settings
from reference import hyperparameters, lecture_figure, misconceptions_momentum, update_rules
from reference.catalogue import Catalogue
from reference.edge_cases import NEVER_ON
from reference.vocabulary import RuleAsData

# From where the hyper-parameters of hidden instances are drawn.
ETA, GAMMA = hyperparameters.eta(0.1, 0.4), hyperparameters.gamma(0.6, 0.85)
# How far they may go at all: what edited programs are asked (``autograder verify --mutants``).
REACH = {"eta": Range(1e-4, 3.0, logarithmic=True), "gamma": Range(0.0, 0.999)}
EDGE_CASES = (NO_EPOCHS, NEVER_ON, INPUTS_UNTOUCHED, CALLED_TWICE, TINY_STEPS)
EPOCHS = 100
"""Of the lecture's experiment: momentum has swung beyond the best b and come back by then."""

backgrounds = lecture_figure.backgrounds


def questions(settings: Settings) -> dict[str, Kind]:
    """Every question of the assignment by name; ``settings`` is its assignment.toml."""

    gamma = {"gamma": lecture_figure.experiment().gamma}

    def rule(name: str, known: RuleAsData, *behaviours: Behaviour) -> UpdateRule:
        velocity = "velocity" in known.traits
        defaults = {"eta": 0.1, "gamma": 0.9} if velocity else {"eta": 0.1}
        arguments = dict.fromkeys(("X", "Y", "grad_w", "grad_b"), "gradient")
        return UpdateRule(
            function=f"do_{name}",
            catalogue=Catalogue(known),
            points=settings.points(name),
            ranges={"eta": ETA, "gamma": GAMMA} if velocity else {"eta": ETA},
            reach=REACH,
            defaults=defaults,
            besides=(lecture_figure.small_instance(10, defaults),),
            arguments=arguments | ({"gamma": "velocity"} if velocity else {}),
            behaviours=behaviours,
            edge_cases=EDGE_CASES,
            conventions=Conventions.of(settings.conventions),
            tolerance=settings.tolerance,
            right_path=settings.feedback.right_path,
        )

    return {
        "gradient_descent": rule(
            "gradient_descent",
            misconceptions_momentum.GRADIENT_DESCENT,
            AlongBFirst("black", {}),
        ),
        "momentum": rule(
            "momentum",
            misconceptions_momentum.MOMENTUM,
            AlongBFirst("red", gamma),
            OvershootAndReturn("red", gamma),
        ),
        "nesterov": rule(
            "nesterov",
            misconceptions_momentum.NESTEROV,
            LookAhead(),
            SmallerOscillations("blue", gamma),
        ),
        "velocity_weights": velocity_weights(settings.points("velocity_weights")),
        "explanation": Written("explanation"),
    }


# -------------------------------------------------------------- behaviours on the lecture's data

FAR_AWAY = 100.0
"""Ways of b, after which its path has no end."""


@cache
def reference_path(rule: Callable[..., FloatArray], *gamma: float) -> FloatArray:
    """A right rule's path on the lecture's data; read it, do not change it."""
    data = lecture_figure.experiment()
    return rule(data.gradient, data.start, EPOCHS, data.eta, *gamma)


def along_w_for_b(rows: FloatArray) -> float:
    """Movement along w over movement along b, while b covers the first half of its way.

    NaN: b never does.
    """
    half_way = int(np.argmax(lecture_figure.progress(rows)[:, 1] >= 0.5))
    moved = np.abs(np.diff(rows[: half_way + 1], axis=0)).sum(axis=0)
    return float(moved[0] / moved[1]) if half_way else float("nan")


@dataclass(frozen=True, eq=False)
class OnTheLecturesData(ABC):
    """What these behaviours share: the path on the lecture's sparse data, and its picture."""

    colour: str
    hyper: Mapping[str, float]

    @property
    def instances(self) -> tuple[Instance, ...]:
        eta = lecture_figure.experiment().eta
        return (lecture_figure.instance(EPOCHS, {"eta": eta, **self.hyper}),)

    def judge(self, shown: Shown) -> Judged:
        rows = shown.histories.get(lecture_figure.NAME)
        if rows is None or not np.isfinite(rows).all():
            return Judged(False, "There is no whole path on the lecture's data to look at.")
        passed, message = self.look(rows)
        right = shown.right.get(lecture_figure.NAME)
        return Judged(passed, message, self.pictures(rows, shown.name, right))

    @abstractmethod
    def look(self, rows: FloatArray) -> tuple[bool, str]:
        """Whether the path shows the behaviour, and the sentence about it."""

    def pictures(
        self, rows: FloatArray, name: str, right: FloatArray | None
    ) -> tuple[Picture, ...]:
        """Only one behaviour of a rule draws.  ``right``: the rule's own path, where students may
        see it."""
        return ()


class AlongBFirst(OnTheLecturesData):
    """Slide: "Initially, all three algorithms are moving mainly along the vertical (b) axis"."""

    name = "along b first"

    def look(self, rows: FloatArray) -> tuple[bool, str]:
        share = along_w_for_b(rows)
        if share < 0.15:
            return True, (
                f"While b covers the first half of its way, w moves {share:.1%} as far: nearly all "
                "movement is along b first, because every point pushes b and one in five pushes w."
            )
        moved = (
            "your b never covers the first half of its way"
            if np.isnan(share)
            else f"while your b covers the first half of its way, w moves {share:.1%} as far"
        )
        return False, (
            f"On the lecture's data nearly all movement should be along b first; {moved}. "
            "Which of the two gradients is the sum of more terms that are not 0?"
        )

    def pictures(
        self, rows: FloatArray, name: str, right: FloatArray | None
    ) -> tuple[Picture, ...]:
        others = (
            ()
            if self.colour == "black"
            else (lecture_figure.path_beside("gradient descent", reference_path(GD), "black"),)
        )
        return (
            lecture_figure.picture(
                "The path on the lecture's data",
                f"Level curves of the loss with the path of your {name}.",
                *others,
                *lecture_figure.right_path(right, rows),
                lecture_figure.path(f"your {name}", rows, self.colour),
            ),
        )


def _swing(b: FloatArray) -> str:
    """How far b gets, and where it ends, as shares of its way."""
    if np.abs(b).max() > FAR_AWAY:
        return "your b gets farther and farther from it"
    return (
        f"your b runs {max(b.max() - 1, 0):.0%} of its way beyond it and ends at {b[-1]:.0%} of it"
    )


class OvershootAndReturn(OnTheLecturesData):
    """Momentum runs beyond the best b and comes back."""

    name = "overshoot and return"

    def look(self, rows: FloatArray) -> tuple[bool, str]:
        b = lecture_figure.progress(rows)[:, 1]
        if b.max() > 1.02 and abs(b[-1] - 1) < 0.05:
            return True, (
                f"Your b runs {b.max() - 1:.0%} of its way beyond the best value and comes back: "
                "the velocity carries it on, and then the gradient turns it around."
            )
        return False, (
            "On the lecture's data momentum carries b beyond its best value, and back; "
            f"{_swing(b)}. What drives b on where the gradient has become small?"
        )


class SmallerOscillations(OnTheLecturesData):
    """Slide: "Nag, the blue curve, is inside the red curve, so oscillations are smaller"."""

    name = "smaller oscillations"

    def look(self, rows: FloatArray) -> tuple[bool, str]:
        own = lecture_figure.progress(rows)[:, 1]
        momentums = lecture_figure.progress(reference_path(MOMENTUM, self.hyper["gamma"]))[:, 1]
        if own.max() - 1 < 0.5 * (momentums.max() - 1) and abs(own[-1] - 1) < 0.05:
            return True, (
                f"Your b overshoots by {max(own.max() - 1, 0):.1%} of its way, momentum's by "
                f"{momentums.max() - 1:.1%}: looking ahead, NAG brakes before it has passed."
            )
        return False, (
            f"On the lecture's data NAG overshoots far less than momentum (whose b runs "
            f"{momentums.max() - 1:.0%} of its way too far), and ends at the best value; "
            f"{_swing(own)}."
        )

    def pictures(
        self, rows: FloatArray, name: str, right: FloatArray | None
    ) -> tuple[Picture, ...]:
        red = reference_path(MOMENTUM, self.hyper["gamma"])
        t = tuple(float(epoch) for epoch in range(EPOCHS + 1))
        best = (lecture_figure.experiment().minimum[1],) * len(t)
        swings = lecture_figure.numbers(red[:, 1])
        return (
            lecture_figure.picture(
                "The path on the lecture's data",
                f"Level curves of the loss with the path of your {name} beside momentum's.",
                lecture_figure.path_beside("momentum", red, "red", "--"),
                *lecture_figure.right_path(right, rows),
                lecture_figure.path(f"your {name}", rows, self.colour),
            ),
            Picture(
                title="Swinging along b",
                caption=f"b by epoch: momentum's and that of your {name}, and the best value (the "
                "line). Momentum swings as far as "
                f"{red[:, 1].min():.3g}, yours as far as {rows[:, 1].min():.3g}.",
                x_label="epoch",
                y_label="b",
                lines=(
                    Line("best b", t, best, "gray", beside=True),
                    Line("momentum", t, swings, "red", "--", beside=True),
                    Line(f"your {name}", t, lecture_figure.numbers(rows[:, 1]), self.colour),
                ),
            ),
        )


GD, MOMENTUM = update_rules.gradient_descent, update_rules.momentum

# ------------------------------------------------------------------------ where NAG looks


class LookAhead:
    """At which point the gradient is asked for, seen through the gradient function alone.

    One run is given a gradient that is 1 in the first epoch and 0 ever after: its steps show how
    a gradient fades in the velocity, whatever the student's velocity is.  Two more runs are given
    a gradient that rises with z = w + b, one for w and one for b, while the other parameter rolls
    down an even slope.  Their steps, unwound by what the first run showed, are the values of that
    gradient, and each value belongs to one z only: that of the point that was asked about.
    """

    name = "look-ahead"
    epochs = 6
    hyper: Mapping[str, float] = {"eta": 0.3, "gamma": 0.7}
    bowl = Neuron(scale=400.0, low=-1.0, high=1.0, gain=0.05)
    runs = ("a kick", "a bowl for w", "a bowl for b")

    @property
    def instances(self) -> tuple[Instance, ...]:
        kick, slope = np.zeros(self.epochs), Stream(np.array([0.4]))
        kick[0] = 1.0
        gradients: tuple[tuple[Neuron | Stream, Neuron | Stream], ...] = (
            (Stream(kick), Stream(kick)),
            (self.bowl, slope),
            (slope, self.bowl),
        )
        return tuple(
            Instance(
                name=name,
                X=np.ones(1),
                Y=np.zeros(1),
                init_w=np.array(1.1),
                init_b=0.8,
                max_epochs=self.epochs,
                grad_w=of_w,
                grad_b=of_b,
                hyper=self.hyper,
            )
            for name, (of_w, of_b) in zip(self.runs, gradients, strict=True)
        )

    def judge(self, shown: Shown) -> Judged:
        paths = [shown.histories.get(name) for name in self.runs]
        kick, for_w, for_b = paths
        if kick is None or for_w is None or for_b is None:
            return Judged(False, "There are not enough steps to tell where the gradient is taken.")
        seen = [self.asked_at(kick, rows, k) for k, rows in enumerate((for_w, for_b))]
        asked = [each for each in seen if each is not None]
        # Where not even the first gradient is that of the start, the steps are not made of such
        # gradients alone.
        starts = [rows[0].sum() for rows in (for_w, for_b)]
        if len(asked) < 2 or any(abs(a[0] - z) > 1e-6 for a, z in zip(asked, starts, strict=True)):
            return Judged(False, "From your steps it cannot be told where the gradient is taken.")
        # The first look is at the start, where there is no velocity yet.
        shares = [
            (z[1:-1] - a[1:]) / -np.diff(z)[:-1]
            for z, a in ((for_w.sum(axis=1), asked[0]), (for_b.sum(axis=1), asked[1]))
        ]
        passed = bool(np.abs(np.array(shares) - self.hyper["gamma"]).max() < 1e-6)
        picture = self._picture(for_w.sum(axis=1), asked[0])
        return Judged(passed, self._words(passed, np.array(shares)), (picture,))

    def asked_at(self, kick: FloatArray, rows: FloatArray, column: int) -> FloatArray | None:
        """The z = w + b at which each epoch's gradient was asked for; None: it cannot be told."""
        fading, steps = -np.diff(kick[:, column]), -np.diff(rows[:, column])
        if not (np.isfinite(kick).all() and np.isfinite(rows).all()) or fading[0] == 0:
            return None
        if (np.diff(rows.sum(axis=1)) == 0).any():
            return None
        age = np.subtract.outer(np.arange(self.epochs), np.arange(self.epochs))
        solved = np.linalg.solve(np.tril(fading[np.maximum(age, 0)]), steps)
        return self._where(np.asarray(solved, dtype=np.float64))

    def _where(self, gradients: FloatArray) -> FloatArray | None:
        """The z at which the bowl has these gradients, by Newton's method."""
        gain, scale = self.bowl.gain, self.bowl.scale
        z = gradients / (scale * gain**2)
        for _ in range(50):
            s = np.tanh(gain * z)
            value = scale * s * gain * (1 - s**2)
            slope = scale * gain**2 * (1 - s**2) * (1 - 3 * s**2)
            with np.errstate(all="ignore"):
                z = z - (value - gradients) / slope
        return z if np.isfinite(z).all() else None

    def _words(self, passed: bool, shares: FloatArray) -> str:
        if passed:
            return (
                "Your gradient is asked for at w - gamma * update: at the point to which the "
                "velocity alone would lead."
            )
        if np.abs(shares).max() < 1e-6:
            return "Your gradient is asked for at w itself: there is no look-ahead."
        if np.ptp(shares) < 1e-6:
            share = float(shares[0, 0])
            return (
                f"With gamma = {self.hyper['gamma']:g} your gradient is asked for at "
                f"w {'-' if share > 0 else '+'} {abs(share):.4g} * update. Where would the "
                "velocity alone lead?"
            )
        return "Your gradient is not asked for at the point to which the velocity alone would lead."

    def _picture(self, z: FloatArray, asked: FloatArray) -> Picture:
        expected = np.append(z[0], z[1:-1] + self.hyper["gamma"] * np.diff(z)[:-1])
        t = tuple(float(epoch) for epoch in range(1, self.epochs + 1))
        return Picture(
            title="Where the gradient is asked for",
            caption="By epoch, as w + b: where you stand, where you ask for the gradient, and "
            "where the velocity alone would lead from where you stand.",
            x_label="epoch",
            y_label="w + b",
            lines=(
                Line("you stand at", t, lecture_figure.numbers(z[:-1]), "black"),
                Line("you ask at", t, lecture_figure.numbers(asked), "blue", "o"),
                Line("look-ahead", t, lecture_figure.numbers(expected), "gray", "--", beside=True),
            ),
        )


# ------------------------------------------------------------------------------- the weights


def weights(eta: float, gamma: float, t: int) -> FloatArray:
    """``eta * gamma**(t - i)`` for i = 1 ... t: how much of each gradient is in update_t."""
    age: FloatArray = np.arange(t - 1, -1, -1, dtype=np.float64)
    return eta * gamma**age


def velocity_weights(points: Mapping[str, float]) -> Formula:
    """Question 4: with which weights update_t adds up the gradients of epochs 1 ... t."""

    def examples(*epochs: int) -> Draw:
        """Beside ordinary weights those of a long memory, of none, and of a large step."""

        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            ordinary = [
                {"eta": 0.1 + chance.random(), "gamma": 0.4 + 0.45 * chance.random(), "t": t}
                for t in epochs
            ]
            far = [
                {"eta": eta * (1 + chance.random()), "gamma": gamma, "t": max(epochs)}
                for eta, gamma in ((1.5, 0.999), (1.5, 0.0), (4e-4, 0.5))
            ]
            return [*ordinary, *far]

        return draw

    def unlike(chance: np.random.Generator) -> Arguments:
        gamma = float(chance.choice([0.0, 0.01, chance.random(), 0.99, 0.999]))
        t = int(chance.choice([1, 2, 3, 10, 31, 61, 101, 200]))
        eta = float(chance.choice([0.01, 3.0]) * chance.random())
        return {"eta": eta, "gamma": gamma, "t": t}

    def check(name: str, epochs: tuple[int, ...], success: str, failure: str) -> FormulaCheck:
        return FormulaCheck(
            name,
            "velocity_weights",
            examples(*epochs),
            weights,
            success=success,
            failure=failure,
        )

    def wrong(slug: str, formula: Callable[..., Number]) -> Wrong:
        return Wrong(slug, lambda right, eta, gamma, t: formula(right, eta, gamma, t))

    catalogue = Catalogue(misconceptions_momentum.MOMENTUM)
    return Formula(
        functions=("velocity_weights",),
        checks=(
            check(
                "the weights",
                (4, 7, 61, 200),
                "Every gradient has the right weight.",
                "The weights are not those that you get by writing update_t out.",
            ),
            check(
                "the newest and the oldest",
                (1, 2),
                "One gradient, and two, are weighted as they should be.",
                "For t = 1 and t = 2 the weights can be read off the first two updates.",
            ),
            check(
                "the sum under a constant gradient",
                (30,),
                "The weights of many epochs add up to nearly eta / (1 - gamma).",
                "The weights of many epochs should add up to nearly eta / (1 - gamma).",
            ),
        ),
        points=points,
        wrong=(
            wrong("decay_missing", lambda right, eta, gamma, t: eta + 0 * right),
            wrong("velocity_averaged", lambda right, eta, gamma, t: (1 - gamma) * right),
            wrong("eta_applied_twice", lambda right, eta, gamma, t: eta * right),
            wrong("gamma_swapped", lambda right, eta, gamma, t: weights(eta, 1 - gamma, t)),
        ),
        explain=catalogue.explain,
        nudges={"eta": 1.3, "gamma": 0.9, "t": 2},
        unlike={"velocity_weights": unlike},
    )
