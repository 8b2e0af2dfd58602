"""What each question of this assignment calls with what, and what it asks of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

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
from autograder.judging.rule.moments import EPOCHS as SEEN
from autograder.judging.rule.moments import SMALL, unbiased
from autograder.judging.rule.pictures import monte_carlo
from autograder.judging.rule.rates import constant_gradient, effective_rates
from autograder.judging.thresholds import Threshold
from autograder.judging.update_rule import Behaviour, Conventions, Judged, Shown, UpdateRule
from autograder.judging.written import Written
from autograder.model import Explanation, FloatArray, Line, Number, Picture
from autograder.settings import Settings
from reference import hyperparameters, lecture_figure, moments, sigmoid_neuron, update_rules
from reference.catalogue import Catalogue
from reference.edge_cases import NEVER_ON
from reference.vocabulary import RULES

# From where the hyper-parameters of hidden instances are drawn.
ETA, EPS = hyperparameters.eta(0.1, 0.4), hyperparameters.eps(1e-8, 1e-1)
BETA = hyperparameters.beta(0.5, 0.85)
BETA1, BETA2 = hyperparameters.beta1(0.4, 0.65), hyperparameters.beta2(0.75, 0.92)

# How far they may go at all: what edited programs are asked (``autograder verify --mutants``).
REACH = {
    "eta": Range(1e-4, 3.0, logarithmic=True),
    "eps": Range(1e-12, 1e4, logarithmic=True),
    **dict.fromkeys(("beta", "beta1", "beta2"), Range(0.0, 0.999)),
}
DEFAULTS = {"eta": 0.1, "eps": 1e-8, "beta": 0.9, "beta1": 0.9, "beta2": 0.999}
"""Of the signatures that students are given."""
EDGE_CASES = (NO_EPOCHS, NEVER_ON, INPUTS_UNTOUCHED, CALLED_TWICE, TINY_STEPS)
EPOCHS = 60
"""Of the lecture's experiment: AdaGrad is stuck by then, RMSProp is there, Adam turns back."""


def questions(settings: Settings) -> dict[str, Kind]:
    """Every question of the assignment by name; ``settings`` is its assignment.toml."""

    def rule(
        name: str,
        behaviour: Behaviour,
        ranges: Mapping[str, Range],
        arguments: Mapping[str, str],
    ) -> UpdateRule:
        return UpdateRule(
            function=f"do_{name}",
            catalogue=Catalogue(RULES[name]),
            points=settings.points(name),
            ranges=ranges,
            reach=REACH,
            defaults={argument: DEFAULTS[argument] for argument in ranges},
            besides=(a_small_experiment(ranges),),
            arguments=arguments,
            behaviours=(behaviour,),
            edge_cases=EDGE_CASES,
            conventions=Conventions.of(settings.conventions),
            tolerance=settings.tolerance,
            right_path=settings.feedback.right_path,
        )

    return {
        "gradients": gradients(settings.points("gradients")),
        "adagrad": rule(
            "adagrad",
            Stuck("AdaGrad", "green"),
            ranges={"eta": ETA, "eps": EPS},
            arguments={
                "X": "gradient",
                "Y": "gradient",
                "grad_w": "gradient",
                "grad_b": "gradient",
            },
        ),
        "rmsprop": rule(
            "rmsprop",
            Alive("RMSProp", "saddlebrown"),
            ranges={"eta": ETA, "eps": EPS, "beta": BETA},
            arguments={
                "X": "gradient",
                "Y": "gradient",
                "grad_w": "gradient",
                "grad_b": "gradient",
                "beta": "second moment",
            },
        ),
        "adam": rule(
            "adam",
            Unbiased("Adam", "magenta"),
            ranges={"eta": ETA, "eps": EPS, "beta1": BETA1, "beta2": BETA2},
            arguments={
                "X": "gradient",
                "Y": "gradient",
                "grad_w": "gradient",
                "grad_b": "gradient",
                "beta1": "first moment",
                "beta2": "second moment",
            },
        ),
        "bias_correction": bias_correction(settings.points("bias_correction")),
        "explanation": Written("explanation"),
    }


# --------------------------------------------------------------------------- the lecture's figure

backgrounds = lecture_figure.backgrounds


def the_experiment(hyper: Mapping[str, float]) -> Instance:
    """The lecture's sparse data, from its start, with the sigmoid neuron's own gradient."""
    eta = lecture_figure.experiment().eta
    return lecture_figure.instance(EPOCHS, {"eta": eta, "eps": 1e-8, **hyper})


def a_small_experiment(names: Iterable[str]) -> Instance:
    """Data of the lecture's kind: few points, as sparse, a start as far from the minimum, and as
    many epochs as it takes to see a rate die or live."""
    return lecture_figure.small_instance(6, {name: DEFAULTS[name] for name in names})


@cache
def given_paths() -> tuple[Line, ...]:
    """Gradient descent, momentum and NAG on the lecture's data, in its colours."""
    data = lecture_figure.experiment()
    common = (data.gradient, data.start, data.max_epochs, data.eta)
    paths = (
        ("gradient descent", "black", "-", update_rules.gradient_descent(*common)),
        ("momentum", "red", "--", update_rules.momentum(*common, data.gamma)),
        ("NAG", "blue", ":", update_rules.nesterov(*common, data.gamma)),
    )
    return tuple(
        lecture_figure.path_beside(label, rows, colour, style)
        for label, colour, style, rows in paths
    )


def path_and_rates(
    rows: FloatArray, instance: Instance, name: str, colour: str, right: FloatArray | None
) -> tuple[Picture, ...]:
    """The two pictures of every update rule: its path, and its effective learning rates.

    ``right``: the rule's own path; None: students may not see it.
    """
    return (
        lecture_figure.picture(
            "The path on the lecture's data",
            f"Level curves of the loss, with the path of your {name} beside gradient descent, "
            "momentum and NAG.",
            *given_paths(),
            *lecture_figure.right_path(right, rows),
            lecture_figure.path(f"your {name}", rows, colour),
        ),
        Picture(
            title="Effective learning rates",
            caption=f"How far your {name} moves for each unit of gradient, in units of eta: w is "
            "the sparse parameter, b the dense one.",
            x_label="epoch",
            y_label="|step| / (eta |g|)",
            lines=_rates(rows, instance),
            log_y=True,
        ),
    )


def _rates(rows: FloatArray, instance: Instance) -> tuple[Line, ...]:
    """The effective rates of w and b.  Where a gradient passes through 0, a step divided by it
    says nothing of the rate: such epochs are left out, and named."""
    rates = effective_rates(rows, instance, instance.hyper["eta"])
    sign = np.sign(instance.gradients_along(rows[:-1]))
    turns = np.zeros_like(sign, dtype=bool)
    turns[1:] |= sign[1:] != sign[:-1]
    turns[:-1] |= sign[1:] != sign[:-1]
    t = tuple(float(k) for k in range(1, len(rates) + 1))
    lines = []
    for column, (label, colour, style) in enumerate(
        (("w (sparse)", "tab:blue", "-"), ("b (dense)", "tab:orange", "--"))
    ):
        left_out = turns[:, column]
        if left_out.mean() > 0.5 or np.isnan(rates[~left_out, column]).any():
            # It turns at nearly every step, or there are other gaps: that is what there is to see.
            left_out = np.zeros_like(left_out)
        epochs = ", ".join(str(k + 1) for k in np.flatnonzero(left_out))
        gaps = (
            f"{label}: left out at epochs {epochs}, where its gradient changes sign; beside a "
            "gradient of nearly 0 any step looks long."
        )
        shown = np.where(left_out, np.nan, rates[:, column])
        lines.append(
            Line(
                label, t, lecture_figure.numbers(shown), colour, style, gaps=gaps if epochs else ""
            )
        )
    return tuple(lines)


# -------------------------------------------------------------------------------- the behaviours


@dataclass(frozen=True, eq=False)
class _OnTheLecturesData:
    """What the behaviours share: a constant gradient, and the lecture's experiment."""

    title: str
    colour: str
    hyper: Mapping[str, float]

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        return (
            constant_gradient("constant gradient", 25, {"eta": 0.1, "eps": 1e-10, **self.hyper}),
            the_experiment(self.hyper),
        )

    def pictures(self, shown: Shown) -> tuple[Picture, ...]:
        rows = shown.histories.get("the lecture's data")
        if rows is None:
            return ()
        right = shown.right.get("the lecture's data")
        return path_and_rates(rows, self.instances[1], shown.name, self.colour, right)

    def rates(self, shown: Shown) -> FloatArray | None:
        """Effective rates under the constant gradient; None: there are none."""
        rows = shown.histories.get("constant gradient")
        constant = self.instances[0]
        return None if rows is None else effective_rates(rows, constant, constant.hyper["eta"])

    def end_of_b(self, shown: Shown) -> float:
        """How far from the minimum b ends on the lecture's data; NaN: there is no path."""
        rows = shown.histories.get("the lecture's data")
        goal = lecture_figure.experiment().minimum[1]
        return float("nan") if rows is None else float(abs(rows[-1, 1] - goal))

    def measured(self, rates: FloatArray | None, left: float) -> str:
        """What was measured instead, in a sentence; empty: nothing was."""
        parts = []
        if rates is not None and np.isfinite(rates[[0, -1]]).all():
            parts.append(f"Yours goes from {_both(rates[0])} to {_both(rates[-1])} times eta")
        if np.isfinite(left):
            away = f"{left:.2g} away from it" if left else "exactly there"
            parts.append(f"{'your' if parts else 'Your'} b ends {away}")
        return ", and ".join(parts) + "." if parts else ""


def _both(rates: FloatArray) -> str:
    """A rate of w and of b, as one number where they are one."""
    of_w, of_b = (f"{rate:.3g}" for rate in rates)
    return of_w if of_w == of_b else f"{of_w} (w) and {of_b} (b)"


class Stuck(_OnTheLecturesData):
    """AdaGrad: the effective rate only falls, like 1 / sqrt(t); b stops short of the minimum."""

    name = "stuck learning rate"

    def __init__(self, title: str, colour: str) -> None:
        super().__init__(title, colour, {})

    def judge(self, shown: Shown) -> Judged:
        rates, left = self.rates(shown), self.end_of_b(shown)
        falls = rates is not None and bool(
            (np.diff(rates, axis=0) < 0).all() and (rates[-1] < 0.3 * rates[0]).all()
        )
        began = abs(self.instances[1].start[-1] - lecture_figure.experiment().minimum[1])
        if falls and left >= began:
            text = (
                "Under a constant gradient your effective learning rate only falls, as AdaGrad's "
                f"does; on the lecture's data your b ends {left:.3g} away from the minimum, and "
                f"began {began:.3g} away: something else is wrong there."
            )
            return Judged(True, text, self.pictures(shown))
        if falls and left > 0.5:
            text = (
                "Under a constant gradient your effective learning rate only falls, and on the "
                f"lecture's data b is still {left:.2f} away from the minimum after {EPOCHS} "
                "epochs: that is AdaGrad getting stuck."
            )
            return Judged(True, text, self.pictures(shown))
        text = (
            "AdaGrad's effective learning rate only falls, and b stops short of the minimum on the "
            f"lecture's data. {self.measured(rates, left)} What should the denominator do as "
            "epochs go by?"
        )
        return Judged(False, text, self.pictures(shown))


class Alive(_OnTheLecturesData):
    """RMSProp: the effective rate settles instead of dying, and b gets to the minimum."""

    name = "learning rate stays alive"

    def __init__(self, title: str, colour: str) -> None:
        super().__init__(title, colour, {"beta": 0.9})

    def judge(self, shown: Shown) -> Judged:
        rates, left = self.rates(shown), self.end_of_b(shown)
        alive = rates is not None and bool(((rates[-1] > 0.5) & (rates[-1] < 2)).all())
        if rates is not None and alive and left < 0.1:
            text = (
                "Under a constant gradient your effective learning rate ends at "
                f"{_both(rates[-1])} times eta, and on the lecture's data b comes within "
                f"{left:.2g} of the minimum, where AdaGrad is stuck."
            )
            return Judged(True, text, self.pictures(shown))
        text = (
            "RMSProp's effective learning rate settles near eta, and b reaches the minimum on the "
            f"lecture's data. {self.measured(rates, left)} How long does an old gradient count "
            "in v?"
        )
        return Judged(False, text, self.pictures(shown))


class Unbiased(_OnTheLecturesData):
    """Adam: the corrected moments are right on average, E[m_hat] = E[g] and E[v_hat] = E[g**2]."""

    name = "unbiased moments"

    def __init__(self, title: str, colour: str) -> None:
        super().__init__(title, colour, {"beta1": 0.9, "beta2": 0.999})

    def judge(self, shown: Shown) -> Judged:
        pictures = self.pictures(shown)
        if shown.moments.first_vector is not None:
            pictures += (monte_carlo(shown.moments.first_vector, SMALL, "m_hat of w"),)
        if shown.moments.second_vector is not None:
            square = 1 + 0.8**2 / 12  # E[g**2] of g uniform in [0.6, 1.4)
            pictures += (monte_carlo(shown.moments.second_vector, square, "v_hat of w"),)
        fair = unbiased(shown.moments)
        if fair is None:
            why = "with which weights your moments average cannot be told from the steps"
            return Judged(False, why, pictures, tried=False)
        if fair:
            text = (
                "The weights with which your corrected moments average the gradients sum to 1 at "
                f"every epoch of the {SEEN} that were looked at, so there E[m_hat] = E[g] and "
                "E[v_hat] = E[g^2]."
            )
            return Judged(True, text, pictures)
        text = (
            "The weights with which your moments average the gradients do not sum to 1 at every "
            "epoch, so on average they are not E[g] and E[g^2]. Work through the derivation of "
            "the bias correction once more."
        )
        return Judged(False, text, pictures)


# ------------------------------------------------------------------------------------ formulas


def gradients(points: Mapping[str, float]) -> Formula:
    """Question 1: the neuron and its two gradients, for a number x and for a vector."""

    def examples(vector: bool, with_y: bool) -> Draw:
        def draw(chance: np.random.Generator) -> Sequence[Arguments]:
            many = (1, 2, 6) if vector else (None, None)
            far = [_example(chance, many[-1], with_y, far=sign) for sign in FAR]
            drawn = [_example(chance, d, with_y, beside=k) for k, d in enumerate(many)]
            plain = _plain_pair(chance, 3 if vector else None, with_y)
            off = [{**plain[0], "x": np.zeros(3)}] if vector and with_y else []
            return [*drawn, *far, *plain, *off, *_at_zero(drawn[-1])]

        return draw

    def from_f(value: FloatArray, w: Number, b: Number, x: Number, y: Number) -> Number:
        return (value - y) * value * (1 - value)

    def times_x(value: FloatArray, w: Number, b: Number, x: Number, y: Number) -> Number:
        return from_f(value, w, b, x, y) * x

    def at(vector: bool, with_y: bool) -> Callable[[Threshold], Sequence[Arguments]]:
        return lambda number: list(_at_threshold(number, vector, with_y))

    checks = [
        FormulaCheck(
            name=f"f of a {kind}",
            function="f",
            examples=examples(vector, False),
            beyond=at(vector, False),
            right=sigmoid_neuron.f,
            success=f"The neuron's output is right for a {kind} x.",
            failure=f"The neuron's output is not 1 / (1 + exp(-(w . x + b))) for a {kind} x.",
        )
        for kind, vector in (("number", False), ("vector", True))
    ]
    checks += [
        FormulaCheck(
            name=f"grad_w of a {kind}",
            function="grad_w",
            examples=examples(vector, True),
            beyond=at(vector, True),
            right=sigmoid_neuron.grad_w,
            builds_on="f",
            right_given=times_x,
            given_within=(0, 1),
            success=f"The derivative by w is right for a {kind} x.",
            failure=f"The derivative by w is not right for a {kind} x. Go through the chain rule "
            "from the loss (f - y)^2 / 2.",
        )
        for kind, vector in (("number", False), ("vector", True))
    ]
    checks.append(
        FormulaCheck(
            name="grad_b",
            function="grad_b",
            examples=lambda chance: (
                [_example(chance, d, True, k) for k, d in enumerate((None, None, 1, 2, 6))]
                + [_example(chance, None, True, far=sign) for sign in FAR]
                + _plain_pair(chance, None, True)
                + _at_zero(_example(chance, None, True))
            ),
            beyond=lambda number: [*at(False, True)(number), *at(True, True)(number)],
            right=sigmoid_neuron.grad_b,
            builds_on="f",
            right_given=from_f,
            given_within=(0, 1),
            success="The derivative by b is right.",
            failure="The derivative by b is not right. It is the one by w for a feature that is "
            "always on.",
        )
    )
    return Formula(
        functions=("f", "grad_w", "grad_b"),
        checks=tuple(checks),
        points=points,
        wrong=(Wrong("wrong_sign", lambda right, **_: -right),),
        explain=_explain,
        unlike={
            "f": lambda chance: _unlike_example(chance, False),
            "grad_w": lambda chance: _unlike_example(chance, True),
            "grad_b": lambda chance: _unlike_example(chance, True),
        },
    )


def _explain(slug: str, detail: str) -> Explanation:
    return Catalogue(RULES["adam"]).explain(slug, detail)


FAR = (1, -1, 2, -2)
"""Signs of weights and biases beyond 10; those of 2 lead near an end of the neuron's output."""


def _example(
    chance: np.random.Generator, features: int | None, with_y: bool, beside: int = 0, far: int = 0
) -> dict[str, Number]:
    """``beside``: 0 for a y between 0 and 1, 1 for one above, 2 for one below, and so on.

    ``far``: as in :data:`FAR`; y is 1 or 0 then, at the lower end as wrong as can be: there a
    gradient of what is right would be too small to see."""
    shape = () if features is None else (features,)
    if far:
        x = (0.5 + 0.5 * chance.random(shape)) / (features or 1)
        w = np.sign(far) * (20 + 20 * chance.random(shape))
        b = float(chance.random() - 0.5 - np.sum(w * x)) + {2: 17.0, -2: -8.0}.get(far, 0.0)
        return {
            "w": w if features else float(w),
            "b": b,
            "x": x if features else float(x),
            **({"y": float(far != -1)} if with_y else {}),
        }
    w, x = 3 * chance.random(shape) - 1.5, 3 * chance.random(shape) - 1.5
    example: dict[str, Number] = {
        "w": float(w) if features is None else w,
        "b": float(2 * chance.random() - 1),
        "x": float(x) if features is None else x,
    }
    return example | ({"y": float(chance.random() + (0, 1, -1)[beside % 3])} if with_y else {})


def _plain_example(
    chance: np.random.Generator, features: int | None, with_y: bool
) -> dict[str, Number]:
    """As one types it by hand: whole numbers beyond 10 for x, on both sides of 0, and a bias that
    is 0; of several features the first is off."""
    return _plain_pair(chance, features, with_y)[0]


def _plain_pair(
    chance: np.random.Generator, features: int | None, with_y: bool
) -> list[dict[str, Number]]:
    """Two of them that differ in w and x only, and there in more than what a glance takes in."""
    d, sign = features or 1, int(chance.choice([-1, 1]))
    y: dict[str, Number] = {"y": int(chance.integers(2))} if with_y else {}
    found: list[dict[str, Number]] = []
    for side in (sign, -sign):
        x = side * chance.integers(11, 15, size=d) * (-1) ** np.arange(d)
        x[0] *= features is None
        w = (0.1 + 0.1 * chance.random(d)) / d
        if features is None:
            found.append({"w": float(w[0]), "b": 0, "x": int(x[0]), **y})
        else:
            found.append({"w": w, "b": 0, "x": x.astype(float), **y})
    return found


def _at_zero(example: Mapping[str, Number]) -> list[dict[str, Number]]:
    """The same with an x that is off, as four in five of the lecture's points are, and with a w
    that is 0: what is left is sigmoid(b)."""
    shape = np.shape(example["x"])
    return [{**example, name: np.zeros(shape) if shape else 0.0} for name in ("x", "w")]


def _at_threshold(number: Threshold, vector: bool, with_y: bool) -> Iterator[dict[str, Number]]:
    """At a number in the student's code and beyond: as many features; w, b, x, y and w x + b on
    both sides of it and of 0; and answers of the neuron between it and 0, and between it and 1."""

    def example(w: Number, b: float, x: Number, y: float) -> dict[str, Number]:
        return {"w": w, "b": b, "x": x, **({"y": y} if with_y else {})}

    def one(w: float, b: float, x: float, y: float) -> dict[str, Number]:
        if not vector:
            return example(w, b, x, y)
        # of two features, the second is on the other side of 0
        return example(np.array([w, w / 2]), b, np.array([x, -x]), y)

    value = number.value
    if number.counts and vector and value == int(value) and 2 < value <= MOST_FEATURES:
        for features in (int(value), int(value) + 1):
            turns = np.where(np.arange(features) % 3, 1.0, -1.0)
            w = turns * np.linspace(0.5, 1.5, features) / features
            yield example(w, 0.3, np.linspace(-1.5, 1.5, features) * turns, 0.4)
    if not number.sizes or not 1e-9 <= value <= 1e6:
        return
    if value >= 1 and not vector:
        yield one(0.9 / (2 * value), 0.2, int(2 * value), 0.3)
    for size in (1.2 * value, value, value / 2):
        for sign in (1.0, -1.0):
            yield one(sign * 0.9 / size, 0.2, sign * size, 0.3)  # x
            yield one(sign * size, 0.2, 0.9 * sign / max(size, 1.0), 0.3)  # w
            yield one(0.7, sign * size, -sign * max(size - 0.4, 0.1) / 0.7, 0.3)  # b, x
            yield one(0.7, 0.2, 1.5, sign * size)  # y
            if size <= MOST_Z:
                # w x + b, with an x so large that a small slope shows
                yield one(sign * size / 40, 0.0, 40.0, 0.0 if sign > 0 else 1.0)
    if value < 1:
        for answer in (value / 2, (1 + value) / 2, 1 - value / 2):
            z = float(np.log(answer / (1 - answer)))
            for y in (0.0, 1.0):
                yield one(z / 40, 0.0, 40.0, y)


MOST_FEATURES = 2_000
MOST_Z = 700.0
"""Beyond this exp(z) is no number any more."""


def _unlike_example(chance: np.random.Generator, with_y: bool) -> dict[str, Number]:
    """Any number of features, and answers of the neuron, and y, at 0 and 1 as well."""
    features = None if chance.random() < 0.3 else int(1 + 6 * chance.random())
    if chance.random() < 0.1:
        return _plain_example(chance, features, with_y)
    if chance.random() < 0.25:
        return _example(chance, features, with_y, far=int(chance.choice(FAR)))
    example = _example(chance, features, with_y)
    size = chance.choice([0.1, 1.0, 3.0, 8.0])
    w = size * example["w"]
    if with_y and chance.random() < 0.4:
        example["y"] = float(chance.random() < 0.5)
    return {**example, "w": w if features else float(w), "b": float(size * example["b"])}


def bias_correction(points: Mapping[str, float]) -> Formula:
    """Question 5: moment / (1 - beta**t), for one moment, for several, and in expectation."""

    def one(chance: np.random.Generator) -> Sequence[Arguments]:
        return (
            [
                {"moment": 0.5 + chance.random(), "beta": beta + 0.02 * chance.random(), "t": t}
                for beta, t in ((0.97, 3), (0.6, 2), (0.8, 7), (0.9, 1))
            ]
            + [
                {"moment": 0.0, "beta": 0.9, "t": 2},
                {"moment": int(chance.integers(1000, 2000)), "beta": 0.5, "t": 10},
            ]
            + [
                {"moment": moment * (1 + chance.random()), "beta": beta, "t": t}
                for moment, beta, t in (
                    (-25.0, 0.999, 200),
                    (40.0, 0.9997, 10_000),
                    (1.0, 1e-3, 1),
                    (1e-3, 0.999, 1),
                    (5.0, 0.999, 1),
                    (1.0, 0.0, 1),
                )
            ]
        )

    def several(chance: np.random.Generator) -> Sequence[Arguments]:
        drawn = [
            {"moment": chance.random(4) - 0.5, "beta": 0.5 + 0.4 * chance.random(), "t": t}
            for t in (2, 5)
        ] + [
            {"moment": size * (chance.random(d) - 0.5), "beta": beta, "t": t}
            for d, size, beta, t in (
                (1, 40.0, 0.999, 60),
                (2, 1.0, 0.01, 1),
                (3, 1e3, 0.99, 200),
                (6, 10.0, 0.0, 2),
                (6, 1.0, 0.999, 61),
                (6, 1e3, 0.999, 61),
                ((3, 4), -10.0, 0.97, 7),
            )
        ]
        near_nothing = np.append([0.0, -5e-7], 2e3 * (chance.random(4) - 0.5))
        beta = 0.9993 + 1e-4 * chance.random()
        return [*drawn, {"moment": near_nothing, "beta": beta, "t": 6}]

    def expected(chance: np.random.Generator) -> Sequence[Arguments]:
        mean, beta = 1 + chance.random(), 0.6 + 0.3 * chance.random()
        return [
            {"moment": float(moments.expected_moment(mean, beta, t)), "beta": beta, "t": t}
            for t in (2, 4, 9)
        ]

    def unlike(chance: np.random.Generator) -> dict[str, Number]:
        size = 10.0 ** chance.integers(-6, 4) * (chance.random() > 0.1)
        shape = () if chance.random() < 0.4 else (int(1 + 6 * chance.random()),)
        moment = size * (2 * chance.random(shape) - 1)
        whole = size >= 10 and chance.random() < 0.5
        near_1 = 1 - 0.05 * chance.random()
        beta = chance.choice([0.0, 0.01, chance.random(), near_1, 0.9, 0.99, 0.999])
        t = int(chance.choice([1, 2, 3, 6, 11, 31, 61, 101, 200]))
        one = int(moment) if whole and not shape else float(moment) if not shape else moment
        return {"moment": one, "beta": float(beta), "t": t}

    def at(number: Threshold, several: bool) -> Iterator[dict[str, Number]]:
        """At a number in the student's code and beyond: moments, t, beta, its power, entries."""

        def moment(size: float) -> Number:
            return size * np.array([1.0, 0.8, -1.1]) if several else size

        value = number.value
        count = int(value) if number.counts and value == int(value) else 0
        if 2 < count <= 20_000:
            beta = 1 - 1 / max(4, count)
            for t in (count, count + 1, 2 * count):
                yield {"moment": moment(1.7), "beta": beta, "t": t}
            for entries in (count, count + 1) if several and count <= 2_000 else ():
                yield {"moment": np.linspace(-1.5, 2.0, entries), "beta": 0.8, "t": 3}
        if not number.sizes:
            return
        for size in (3 * value, value, -3 * value, value / 3):
            yield {"moment": moment(size), "beta": 0.6, "t": 2}
            yield {"moment": moment(0.4 * size), "beta": 0.6, "t": 1}  # corrected, as large
        if several:
            yield {"moment": -value * np.array([1.5, 2.0, 3.0]), "beta": 0.6, "t": 2}
        if value < 1:
            # corrected by so much that what a moment was rounded to shows
            yield {"moment": moment(0.00123456789), "beta": 0.9999, "t": 1}
            nearer = (1 + value) / 2 if value >= 0.5 else 1 - value / 2
            for beta, t in ((nearer, 1), (nearer, 4), (value, 2), (value / 2, 1), (value / 2, 2)):
                yield {"moment": moment(1.7), "beta": beta, "t": t}
            if 1e-6 < value < 0.1:
                fading = float(value / 2) ** (1 / 8)
                yield {"moment": moment(10 / value), "beta": fading, "t": 8}

    def check(name: str, examples: Draw, success: str, failure: str) -> FormulaCheck:
        beyond = None if name == "the mean of a moment" else name == "an array of moments"
        return FormulaCheck(
            name,
            "correct_bias",
            examples,
            moments.correct_bias,
            beyond=None if beyond is None else lambda number: list(at(number, beyond)),
            success=success,
            failure=failure,
        )

    def wrong(slug: str, formula: Callable[..., Number]) -> Wrong:
        return Wrong(slug, lambda right, moment, beta, t: formula(moment, beta, t))

    return Formula(
        functions=("correct_bias",),
        checks=(
            check(
                "one moment",
                one,
                "The correction is right for one moment at every t.",
                "The correction is not what the derivation ends with.",
            ),
            check(
                "an array of moments",
                several,
                "The correction is right for an array of moments.",
                "The correction is not right for an array of moments.",
            ),
            check(
                "the mean of a moment",
                expected,
                "Given E[m_t], it gives back E[g].",
                "Given E[m_t] = (1 - beta^t) E[g], it should give back E[g].",
            ),
        ),
        points=points,
        wrong=(
            wrong("correction_missing", lambda m, b, t: m),
            wrong("correction_constant", lambda m, b, t: m / (1 - b)),
            wrong("correction_exponent_zero", lambda m, b, t: m / np.float64(1 - b ** (t - 1))),
            wrong("correction_exponent_late", lambda m, b, t: m / (1 - b ** (t + 1))),
            wrong("correction_precedence", lambda m, b, t: m / (1 - b**t + 1)),
            wrong("correction_precedence", lambda m, b, t: m / 1 - b**t),
            wrong("correction_multiplies", lambda m, b, t: m * (1 - b**t)),
            # one exponent for every t, such as a max_epochs found in the notebook
            *(
                wrong("correction_exponent_total", lambda m, b, t, k=k: m / (1 - b**k))
                for k in range(2, 201)
            ),
        ),
        explain=_explain,
        nudges={"moment": 1.3, "beta": 0.9, "t": 2},
        unlike={"correct_bias": unlike},
    )
