"""What each question of this assignment calls with what, and what it asks of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

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
from autograder.judging.rule.problems import Setting
from autograder.judging.update_rule import Behaviour, Conventions, Judged, Shown, UpdateRule
from autograder.judging.written import Written
from autograder.model import FloatArray, Line, Number, Picture, Stream
from autograder.settings import Settings
from reference import (
    beyond_adam,
    hyperparameters,
    lecture_figure,
    misconceptions_momentum,
    update_rules,
)
from reference.catalogue import Catalogue
from reference.edge_cases import NEVER_ON
from reference.vocabulary import RuleAsData

# From where the hyper-parameters of hidden instances are drawn.  A short memory (beta2) lets v fall
# again within a few epochs: only then can a maximum be told from no maximum.
ETA, EPS = hyperparameters.eta(0.1, 0.4), hyperparameters.eps(1e-8, 1e-1)
BETA1, BETA2 = hyperparameters.beta1(0.3, 0.5), hyperparameters.beta2(0.6, 0.85)
GAMMA, DECAY = hyperparameters.gamma(0.6, 0.85), hyperparameters.decay(0.2, 0.6)
DEFAULTS = {"eta": 0.1, "eps": 1e-8, "beta1": 0.9, "beta2": 0.999, "gamma": 0.9, "decay": 0.01}
"""Of the signatures that students are given."""
EDGE_CASES = (NO_EPOCHS, NEVER_ON, INPUTS_UNTOUCHED, CALLED_TWICE, TINY_STEPS)

# How far they may go at all: what edited programs are asked (``autograder verify --mutants``).
REACH = {
    "eta": Range(1e-4, 3.0, logarithmic=True),
    "eps": Range(1e-12, 1e4, logarithmic=True),
    **dict.fromkeys(("beta1", "beta2", "gamma"), Range(0.0, 0.999)),
    "decay": Range(0.0, 10.0),
}

# What everybody is asked beside what is asked of every rule.  Those 200 epochs hardly move two of
# these rules in the end: a decay of 0.6 shortens steps, or a small gradient lengthens the first.
LONG_RUN = Setting(
    points=1,
    epochs=170,
    start_w=2.0,
    size=0.2,
    targets=10.0,
    hyper={"eta": 0.31, "gamma": 0.72, "decay": 3e-3},
    seed=1,
)
LONG_RISE = Setting(  # a maximum that grows beyond the hundredth epoch
    points=1,
    epochs=140,
    start_w=4.0,
    start_b=0.0,
    size=0.01,
    targets=-10.0,
    steep=8.0,
    hyper={"eta": 0.021, "eps": 1e-4, "beta1": 0.42, "beta2": 0.77},
    seed=6,
)
LONG_RUN_WITHOUT_ROOT = Setting(
    points=1,
    epochs=170,
    start_w=2.0,
    size=0.4,
    targets=10.0,
    hyper={"eta": 0.37, "eps": 2e-3},
    seed=1,
)

backgrounds = lecture_figure.backgrounds


def questions(settings: Settings) -> dict[str, Kind]:
    """Every question of the assignment by name; ``settings`` is its assignment.toml."""

    def rule(
        name: str,
        function: str,
        known: RuleAsData,
        behaviour: Behaviour,
        ranges: Mapping[str, Range],
        arguments: Mapping[str, str],
        power: float = 0.5,
        recorded: bool = False,
        besides: tuple[Instance, ...] = (),
    ) -> UpdateRule:
        return UpdateRule(
            function=function,
            catalogue=Catalogue(known),
            points=settings.points(name),
            ranges=ranges,
            arguments={**dict.fromkeys(("X", "Y", "grad_w", "grad_b"), "gradient"), **arguments},
            behaviours=(behaviour,),
            edge_cases=EDGE_CASES,
            conventions=Conventions.of(settings.conventions),
            tolerance=settings.tolerance,
            right_path=settings.feedback.right_path,
            reach=REACH,
            defaults={argument: DEFAULTS[argument] for argument in ranges},
            besides=besides,
            power=power,
            recorded=recorded,
        )

    return {
        "amsgrad": rule(
            name="amsgrad",
            function="do_amsgrad",
            known=misconceptions_momentum.AMSGRAD,
            behaviour=WhereAdamFails(),
            ranges={"eta": ETA, "eps": EPS, "beta1": BETA1, "beta2": BETA2},
            arguments={"beta1": "first moment", "beta2": "second moment"},
            recorded=True,
            besides=(LONG_RISE.instance("a gradient that rises for long"),),
        ),
        "schedules": schedules(settings.points("schedules")),
        "annealed_momentum": rule(
            name="annealed_momentum",
            function="do_annealed_momentum",
            known=misconceptions_momentum.ANNEALED_MOMENTUM,
            behaviour=RateFalls(),
            ranges={"eta": ETA, "gamma": GAMMA, "decay": DECAY},
            arguments={"gamma": "velocity", "decay": "learning rate"},
            besides=(LONG_RUN.instance("a long run"),),
        ),
        "without_root": rule(
            name="without_root",
            function="do_adagrad_without_root",
            known=misconceptions_momentum.ADAGRAD_WITHOUT_ROOT,
            behaviour=DiesFast(),
            ranges={"eta": ETA, "eps": EPS},
            arguments={},
            power=1.0,
            besides=(
                lecture_figure.small_instance(10, {"eta": 0.03, "eps": 1e-8}),
                LONG_RUN_WITHOUT_ROOT.instance("a long run"),
            ),
        ),
        "arrival": arrival(settings.points("arrival")),
        "practice": Written("practice"),
    }


# ----------------------------------------------------------------------------------- behaviours


def _epochs(count: int) -> tuple[float, ...]:
    return tuple(float(epoch) for epoch in range(count))


class WhereAdamFails:
    """The sequence of Reddi, Kale and Kumar: gradients 3, -1, -1, 3, -1, -1, ... along w.

    On average the slope is 1/3, so downhill is towards smaller w.  With a memory of beta2 = 0.1
    Adam goes the other way: it has forgotten the large gradient when the two small ones come.
    """

    name = "where Adam fails"
    epochs = 300
    eta = 0.05

    @property
    def hyper(self) -> dict[str, float]:
        return {
            "eta": self.eta,
            "beta1": 0.0,
            "beta2": beyond_adam.adam_fails_with(),
            "eps": 1e-10,
        }

    @property
    def instances(self) -> tuple[Instance, ...]:
        return (
            Instance(
                name="the sequence",
                X=np.ones(1),
                Y=np.zeros(1),
                init_w=np.array(0.0),
                init_b=0.0,
                max_epochs=self.epochs,
                grad_w=Stream(beyond_adam.sequence_adam_fails_on(self.epochs)),
                grad_b=Stream(np.ones(1)),  # b always moves on, so no point comes twice
                hyper=self.hyper,
            ),
        )

    def judge(self, shown: Shown) -> Judged:
        rows = shown.histories.get("the sequence")
        if rows is None or not np.isfinite(rows).all():
            return Judged(False, "There is no whole path on the sequence to look at.")
        pictures = (self._picture(rows[:, 0], shown.name),)
        if rows[-1, 0] < -0.5:
            text = (
                "On the gradients 3, -1, -1, 3, -1, -1, ... your w goes down, as it should: three "
                "of them add up to 1. Adam goes up for ever."
            )
            return Judged(True, text, pictures)
        text = (
            "On the gradients 3, -1, -1, 3, -1, -1, ... w should go down, since three of them add "
            f"up to 1; yours ends at {rows[-1, 0]:.2g} after starting at 0. What must your "
            "denominator remember of the large gradient?"
        )
        return Judged(False, text, pictures)

    def _picture(self, w: FloatArray, name: str) -> Picture:
        return Picture(
            title="The sequence on which Adam does not converge",
            caption="w by epoch under the gradients 3, -1, -1, 3, -1, -1, ...: downhill is down.",
            x_label="epoch",
            y_label="w",
            lines=(
                Line(
                    "Adam",
                    _epochs(len(w)),
                    lecture_figure.numbers(adam_on_sequence()),
                    "gray",
                    "--",
                    beside=True,
                ),
                Line(f"your {name}", _epochs(len(w)), lecture_figure.numbers(w), "tab:red"),
            ),
        )


@cache
def adam_on_sequence() -> FloatArray:
    """Adam's w on the sequence; read it, do not change it."""
    fails = WhereAdamFails()
    gradient = beyond_adam.replay(beyond_adam.sequence_adam_fails_on(fails.epochs))
    return update_rules.adam(gradient, [0.0], fails.epochs, **fails.hyper)[:, 0]


class RateFalls:
    """The learning rates of the epochs, seen where there is no velocity (gamma = 0) and g = 1."""

    name = "the rate falls"
    epochs = 12
    hyper: Mapping[str, float] = {"eta": 0.4, "gamma": 0.0, "decay": 0.5}

    @property
    def instances(self) -> tuple[Instance, ...]:
        ones = Stream(np.ones(1))
        return (
            Instance(
                name="an even slope",
                X=np.ones(1),
                Y=np.zeros(1),
                init_w=np.array(0.3),
                init_b=0.7,
                max_epochs=self.epochs,
                grad_w=ones,
                grad_b=ones,
                hyper=self.hyper,
            ),
        )

    def judge(self, shown: Shown) -> Judged:
        rows = shown.histories.get("an even slope")
        if rows is None or not np.isfinite(rows).all():
            return Judged(False, "There are no steps from which to read a learning rate.")
        rates, t = -np.diff(rows, axis=0), np.arange(self.epochs, dtype=np.float64)
        schedule = self.hyper["eta"] / (1 + self.hyper["decay"] * t)
        pictures = (self._picture(rates[:, 0], schedule, shown.name),)
        if np.allclose(rates, schedule[:, None], rtol=1e-9):
            return Judged(True, "Your learning rate falls from epoch to epoch as asked.", pictures)
        return Judged(
            False,
            "Under a gradient of 1 and without any velocity a step is the learning rate of its "
            "epoch; yours are not those of the schedule. Compare epoch 1, 2 and 3.",
            pictures,
        )

    def _picture(self, own: FloatArray, schedule: FloatArray, name: str) -> Picture:
        t = _epochs(self.epochs + 1)[1:]
        return Picture(
            title="The learning rate of each epoch",
            caption="Steps under a gradient of 1 and gamma = 0: the schedule, and what was "
            f"measured of your {name}.",
            x_label="epoch",
            y_label="learning rate",
            lines=(
                Line("schedule", t, lecture_figure.numbers(schedule), "gray", "--", beside=True),
                Line(f"your {name}", t, lecture_figure.numbers(own), "tab:red", "o"),
            ),
        )


class DiesFast:
    """Without the root steps shrink like 1/t, and a loss 100 times as large makes them 100 times
    shorter; with it they shrink like 1/sqrt(t), whatever the unit of the loss."""

    name = "dies like 1/t"
    epochs = 20

    @property
    def instances(self) -> tuple[Instance, ...]:
        data = lecture_figure.experiment()
        slopes = (("slope 1", 1.0), ("slope 100", 100.0))
        hyper = {"eta": data.eta, "eps": 1e-12}
        return (
            *(
                Instance(
                    name=name,
                    X=np.ones(1),
                    Y=np.zeros(1),
                    init_w=np.array(0.3),
                    init_b=0.7,
                    max_epochs=self.epochs,
                    grad_w=Stream(np.array([slope])),
                    grad_b=Stream(np.array([slope])),
                    hyper=hyper,
                )
                for name, slope in slopes
            ),
            lecture_figure.instance(data.max_epochs, {"eta": data.eta, "eps": 1e-8}),
        )

    def judge(self, shown: Shown) -> Judged:
        paths = [shown.histories.get(instance.name) for instance in self.instances]
        one, hundred, data = paths
        if one is None or hundred is None:
            return Judged(False, "There are no steps to measure.")
        pictures = (
            ()
            if data is None
            else (self._picture(data, shown.name, shown.right.get(lecture_figure.NAME)),)
        )
        steps, t = -np.diff(one, axis=0), np.arange(1, self.epochs + 1)[:, None]
        with np.errstate(all="ignore"):
            shrink = np.abs(steps * t / steps[0] - 1).max() < 1e-6
            scale = np.abs(-100 * np.diff(hundred, axis=0) / steps - 1).max() < 1e-6
        if shrink and scale:
            text = (
                "Under a constant gradient your steps shrink like 1/t, and a gradient 100 times as "
                "large makes them 100 times shorter: that is what the root is there to prevent."
            )
            return Judged(True, text, pictures)
        text = (
            "Without the root steps shrink like 1/t under a constant gradient, and become shorter "
            "when the gradient becomes larger; yours do not. By what do you divide?"
        )
        return Judged(False, text, pictures)

    def _picture(self, rows: FloatArray, name: str, right: FloatArray | None) -> Picture:
        return lecture_figure.picture(
            "What is missed without the root",
            "Level curves of the loss of the lecture's data, with the path of AdaGrad and that of "
            f"your {name}.",
            lecture_figure.path_beside("AdaGrad", adagrad_path(), "green", "--"),
            *lecture_figure.right_path(right, rows),
            lecture_figure.path(f"your {name}", rows, "tab:red"),
        )


@cache
def adagrad_path() -> FloatArray:
    """AdaGrad on the lecture's data; read it, do not change it."""
    data = lecture_figure.experiment()
    return update_rules.adagrad(data.gradient, data.start, data.max_epochs, data.eta)


# ------------------------------------------------------------------------------------- formulas


def decayed_rate(eta: float, decay: float, t: int) -> float:
    """Constant decay: ``eta / (1 + decay * (t - 1))``."""
    return eta / (1 + decay * (t - 1))


def halved_rate(eta: float, losses: FloatArray) -> float:
    """Halved once for every epoch after which the validation loss was higher than before it."""
    return float(eta / 2.0 ** np.count_nonzero(np.diff(losses) > 0))


def schedules(points: Mapping[str, float]) -> Formula:
    """Question 2: a learning rate that falls by itself, and one that falls after a look."""

    def decay(*epochs: int) -> Draw:
        """With ordinary numbers at each of these epochs; then with others, at all sorts of them."""

        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            ordinary = [
                {"eta": 0.1 + chance.random(), "decay": 0.1 + 0.5 * chance.random(), "t": t}
                for t in epochs
            ]
            factor = 1 - 0.1 * chance.random()
            unlike = [
                {"eta": factor * eta, "decay": factor * decay, "t": t}
                for eta, decay in ((3.0, 0.0), (2.5, 10.0), (5e-3, 1.2), (1.2, 3e-3))
                for t in (epochs[-1], 17 * epochs[-1])
            ]
            return ordinary + unlike

        return draw

    def losses(*rises: Sequence[int]) -> Draw:
        """Validation losses that rise where there is a 1 and fall where there is a 0."""

        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            examples: list[Arguments] = []
            for signs in rises:
                changes = np.where(signs, 1.0, -1.0) * (0.2 + chance.random(len(signs)))
                course = 8 + 4 * chance.random() + np.concatenate([[0.0], np.cumsum(changes)])
                examples.append({"eta": 0.1 + chance.random(), "losses": course})
            return examples

        return draw

    def long_losses(*epochs: int) -> Draw:
        """So many losses each, of unlike sizes: early they fall, and rise now and then; later they
        are equal, and rise; some end below 0."""

        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            examples: list[Arguments] = []
            for place, count in enumerate(epochs):
                changes = -(0.1 + chance.random(count)) * (np.arange(count) < count // 2)
                rises = chance.permutation(count - 1)[: min(8, count // 3)]
                changes[[*rises, count - 1]] = 0.1 + chance.random()
                size = (1e-6, 1.0, 30.0)[place % 3]
                eta = (2.9, 1.5, 5e-3)[place % 3] * (1 - 0.1 * chance.random())
                examples.append({"eta": eta, "losses": size * (9 + np.cumsum(changes))})
            return examples

        return draw

    def level_losses(chance: np.random.Generator) -> Sequence[Arguments]:
        """Losses that fall, or are equal, and never rise; below 0, too."""
        falls = (0.1 + chance.random(130)) * (np.arange(130) % 3 > 0)
        return [
            {"eta": 3 - chance.random(), "losses": 9 - np.cumsum(falls)},
            {"eta": 5e-3 + 1e-3 * chance.random(), "losses": np.array([-chance.random()])},
        ]

    def together(
        *draws: Draw,
    ) -> Draw:
        return lambda chance: [example for draw in draws for example in draw(chance)]

    def any_rate(chance: np.random.Generator) -> Arguments:
        t = int(chance.choice([1, 2, 3, 10, 31, 61, 101, 200, 200]))
        decay = float(chance.choice([0.0, 0.0, 1e-3, chance.random(), 10 * chance.random(), 10.0]))
        eta = float(chance.choice([0.01, 3.0, 3.0]) * chance.random())
        return {"eta": eta, "decay": decay, "t": t}

    def any_losses(chance: np.random.Generator) -> Arguments:
        """Of any number and size, which rise often or seldom, some dozen times at most; now and
        then two in a row are equal."""
        count = int(chance.choice([1, 2, 3, 10, 31, 61, 101, 161]))
        rising = min(chance.choice([0.05, 0.2, 0.5, 0.8]), 30 / count)  # 2**64 is no whole number
        changes = np.where(chance.random(count) < rising, 1.0, -1.0) * chance.random(count)
        changes *= chance.random(count) < 0.8
        losses = 10.0 ** chance.integers(-6, 3) * (chance.choice([0, 5]) + np.cumsum(changes))
        return {"eta": float(3 * chance.random()), "losses": losses}

    def check(
        name: str, function: str, examples: Draw, right: Callable[..., Number], *texts: str
    ) -> FormulaCheck:
        return FormulaCheck(name, function, examples, right, success=texts[0], failure=texts[1])

    catalogue = Catalogue(misconceptions_momentum.ANNEALED_MOMENTUM)
    return Formula(
        functions=("decayed_rate", "halved_rate"),
        checks=(
            check(
                "constant decay",
                "decayed_rate",
                decay(7, 12),
                decayed_rate,
                "The decayed rate is right in later epochs.",
                "The rate of a later epoch is not eta / (1 + decay * (t - 1)).",
            ),
            check(
                "the first epochs",
                "decayed_rate",
                decay(1, 2),
                decayed_rate,
                "The first step is made with eta, the second one with less.",
                "The first epoch is t = 1, and its rate is eta itself.",
            ),
            check(
                "halving",
                "halved_rate",
                together(
                    losses((0, 1, 0, 1, 1, 0), (1, 0, 0, 1), (0, 0, 1, 0, 0)),
                    long_losses(160, 7, 25, 60, 12, 110, 2, 2),
                ),
                halved_rate,
                "The rate is halved after every epoch that raised the validation loss.",
                "The rate is not halved once for every epoch that raised the validation loss, "
                "compared with the epoch before it.",
            ),
            check(
                "no rise, no halving",
                "halved_rate",
                together(losses((0, 0, 0), ()), level_losses),
                halved_rate,
                "As long as the validation loss falls the rate stays as it is.",
                "As long as the validation loss falls, and before the first epoch, the rate "
                "should stay as it is.",
            ),
        ),
        points=points,
        wrong=(
            _wrong_decay("annealing_missing", lambda eta, decay, t: eta),
            _wrong_decay("annealing_exponent_wrong", lambda eta, decay, t: eta / (1 + decay * t)),
            _wrong_halving("annealing_missing", lambda eta, losses: eta),
            _wrong_halving("annealing_exponent_wrong", _compared_with_the_best),
            _wrong_halving("annealing_exponent_wrong", _last_look_only),
            _wrong_halving("annealing_exponent_wrong", _after_falls),
            _wrong_halving("annealing_exponent_wrong", _after_every_epoch),
        ),
        explain=catalogue.explain,
        nudges={"eta": 1.3, "decay": 1.4, "t": 2},
        unlike={"decayed_rate": any_rate, "halved_rate": any_losses},
    )


def _wrong_decay(slug: str, formula: Callable[..., float]) -> Wrong:
    return Wrong(slug, lambda right, **a: formula(**a) if "decay" in a else right)


def _wrong_halving(slug: str, formula: Callable[..., float]) -> Wrong:
    return Wrong(slug, lambda right, **a: formula(**a) if "losses" in a else right)


def _compared_with_the_best(eta: float, losses: FloatArray) -> float:
    best = np.minimum.accumulate(losses)
    return float(eta / 2.0 ** np.count_nonzero(losses[1:] > best[:-1]))


def _last_look_only(eta: float, losses: FloatArray) -> float:
    return eta / 2 if len(losses) > 1 and losses[-1] > losses[-2] else eta


def _after_falls(eta: float, losses: FloatArray) -> float:
    return float(eta / 2.0 ** np.count_nonzero(np.diff(losses) < 0))


def _after_every_epoch(eta: float, losses: FloatArray) -> float:
    return float(eta / 2.0 ** (len(losses) - 1))


def arrival_epoch(
    w_history: FloatArray, b_history: FloatArray, w_goal: float, b_goal: float, radius: float
) -> float:
    """The first epoch whose point is within ``radius`` of the goal; -1: none is."""
    near = np.hypot(w_history - w_goal, b_history - b_goal) <= radius
    return float(np.argmax(near)) if near.any() else -1.0


NEARLY = 4e-6
"""How near the radius a point may be, beside it: rounding to single precision does not matter."""
WHOLE_TRIANGLES = ((3, -4, 5), (-12, 5, 13), (8, 0, 8))
"""Sides that are whole numbers, and how far from the goal they lead."""
UNLIKE_PATHS = (
    (170, 200, (-3.0, 5.0), 2.2),
    (120, 180, (3.0, -2.0), 0.3),
    (0, 1, (0.0, 0.0), 0.3),
    (1, 2, (0.7, -0.7), 1.2),
    (40, 101, (-0.5, 0.0), 0.008),
    (12, 31, (0.0, 2.0), 0.9),
    (70, 101, (12.0, 12.0), 5.0),
)
"""Paths unlike the ordinary: at which epoch they arrive, how many entries they have, the goal and
the radius."""


def _path(
    chance: np.random.Generator, away: FloatArray, goal: FloatArray, radius: float
) -> Arguments:
    """A path whose entries are so far from the goal, in any direction."""
    angle = 2 * np.pi * chance.random(len(away))
    return {
        "w_history": goal[0] + away * np.cos(angle),
        "b_history": goal[1] + away * np.sin(angle),
        "w_goal": float(goal[0]),
        "b_goal": float(goal[1]),
        "radius": float(radius),
    }


def arrival(points: Mapping[str, float]) -> Formula:
    """Question 5: the yardstick with which students measure what the root is good for."""

    def paths(arrives: bool) -> Draw:
        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            examples: list[Arguments] = []
            for epoch in (4, 0, 6) if arrives else (9, 9):
                goal = chance.random(2)
                away = 0.5 + chance.random(9)
                away[epoch:] = 0.05 + 0.2 * chance.random(9 - epoch)
                away[8] = 1.0  # having arrived, a path may run on
                if not arrives:
                    away[8] = 0.6
                examples.append(_path(chance, away, goal, 0.3))
            if arrives:
                examples += [at_the_radius(chance, *sides) for sides in WHOLE_TRIANGLES]
            return [*examples, *(unlike_path(chance, *one, arrives) for one in UNLIKE_PATHS)]

        return draw

    def at_the_radius(chance: np.random.Generator, w: int, b: int, radius: int) -> Arguments:
        """Exactly the radius away at epoch 2, in whole numbers, of which no distance is rounded."""
        goal = chance.integers(-9, 9, 2).astype(np.float64)
        path = _path(chance, np.full(5, 2.0 * radius), goal, radius)
        for name, where in (("w_history", goal[0] + w), ("b_history", goal[1] + b)):
            path = {**path, name: np.where(np.arange(5) == 2, where, path[name])}
        return path

    def unlike_path(
        chance: np.random.Generator,
        epoch: int,
        count: int,
        goal: FloatArray | tuple[float, float],
        radius: float,
        arrives: bool,
    ) -> Arguments:
        """Just within the radius at this epoch, or just without; just without before and after."""
        away = radius * (1.5 + chance.random(count))
        away[epoch + 1 :: 7] = radius / 2 if arrives else 1.2 * radius
        away[max(0, epoch - 20) : epoch] = radius * (1 + NEARLY)
        away[epoch] = radius * (1 - NEARLY if arrives else 1 + NEARLY)
        off = 1 - 0.1 * chance.random(2)
        return _path(chance, away, off * np.asarray(goal), radius)

    def any_path(chance: np.random.Generator) -> Arguments:
        """Of one entry or of many, which arrives early, late or never, and may leave again; now and
        then just within the radius or just without."""
        count = int(chance.choice([1, 2, 3, 10, 31, 61, 101, 200]))
        radius = float(chance.choice([0.01, 0.1, 0.3, 2.0]))
        if chance.random() < 0.4:
            epoch, arrives = int(count * chance.random()), chance.random() < 0.7
            goal = chance.choice([0.0, 1.0, 20.0, 20.0]) * (2 * chance.random(2) - 1)
            return unlike_path(chance, epoch, count, goal, radius, arrives)
        step = 0.2 + chance.random()
        w, b = (np.cumsum(step * (chance.random(count) - 0.5)) for _ in range(2))
        entry = int(count * chance.random())  # the goal is near it
        return {
            "w_history": w,
            "b_history": b,
            "w_goal": float(w[entry] + 0.3 * (chance.random() - 0.5)),
            "b_goal": float(b[entry] + 0.3 * (chance.random() - 0.5)),
            "radius": radius * float(0.5 + chance.random()),
        }

    return Formula(
        functions=("epochs_to_arrive",),
        unlike={"epochs_to_arrive": any_path},
        checks=(
            FormulaCheck(
                name="it arrives",
                function="epochs_to_arrive",
                examples=paths(True),
                right=arrival_epoch,
                success="The first epoch within the radius is found.",
                failure="It should be the first epoch whose point is within the radius of the "
                "goal; the start is epoch 0.",
            ),
            FormulaCheck(
                name="it never arrives",
                function="epochs_to_arrive",
                examples=paths(False),
                right=arrival_epoch,
                success="A path that never comes near is given -1.",
                failure="A path that never comes within the radius should be given -1.",
            ),
        ),
        points=points,
        wrong=(
            Wrong("", _at_the_last_point, "only the last point counts"),
            Wrong("", _last_near_point, "the last near point is taken"),
            Wrong("", _counted_from_one, "epochs are counted from 1"),
            Wrong("", _of_w_alone, "only w is looked at"),
            Wrong("", _end_instead_of_never, "never is the last epoch"),
        ),
    )


def _near(
    w_history: FloatArray, b_history: FloatArray, w_goal: float, b_goal: float, radius: float
) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(w_history - w_goal, b_history - b_goal) <= radius)


class _Path(TypedDict):
    w_history: FloatArray
    b_history: FloatArray
    w_goal: float
    b_goal: float
    radius: float


def _at_the_last_point(right: float, **path: Unpack[_Path]) -> float:
    near = _near(**path)
    return len(near) - 1.0 if near[-1] else -1.0


def _last_near_point(right: float, **path: Unpack[_Path]) -> float:
    near = np.flatnonzero(_near(**path))
    return float(near[-1]) if len(near) else -1.0


def _counted_from_one(right: float, **path: Unpack[_Path]) -> float:
    return right + 1 if right >= 0 else right


def _of_w_alone(right: float, **path: Unpack[_Path]) -> float:
    path["b_history"] = np.full_like(path["w_history"], path["b_goal"])
    return arrival_epoch(**path)


def _end_instead_of_never(right: float, **path: Unpack[_Path]) -> float:
    return right if right >= 0 else len(path["w_history"]) - 1.0
