"""Every number that the first notebook tells its readers, computed again from its own cells."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from autograder.authoring.master import read_master
from reference.moments import expected_moment
from reference.sparse_data import lecture_experiment

MASTER = read_master(
    Path(__file__).resolve().parents[2] / "assignments" / "adaptive_learning_rates"
)
TEXT = " ".join(part.source for part in MASTER.parts if part.kind == "text")
TEXT = " ".join(TEXT.replace(r"\,", " ").split())
LECTURE = lecture_experiment()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the notebook's cells define when its questions are answered; nothing is drawn."""
    pyplot = MagicMock()
    pyplot.subplots.return_value = (MagicMock(), MagicMock())
    defined: dict[str, Any] = {"said": []}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "matplotlib", MagicMock(pyplot=pyplot))
        patch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
        patch.setattr("builtins.print", lambda *words: defined["said"].append(" ".join(words)))
        for cell in MASTER.cells:
            exec(cell.source, defined)
    return defined


def without_root(epochs: int) -> np.ndarray:
    """AdaGrad's step divided by v + eps itself, on the lecture's data."""
    place, v = LECTURE.start, np.zeros(2)
    path = [place]
    for _ in range(epochs):
        g = LECTURE.gradient(place)
        v = v + g**2
        place = place - LECTURE.eta / (v + 1e-8) * g
        path.append(place)
    return np.array(path)


def distance(names: dict[str, Any], rule: str) -> np.ndarray:
    return np.array(names["distances"](names[rule], rule))


def thrown_out(away: np.ndarray) -> np.ndarray:
    """The epochs in which it is further than 0.1 away again."""
    arrived = int(np.argmax(away < 0.1))
    return np.flatnonzero(away[arrived:] > 0.1) + arrived


def first_step(*corrected: str) -> float:
    """Adam's first step for any constant gradient, in units of eta."""
    m, v = 1 - 0.9, 1 - 0.999
    return (1.0 if "m" in corrected else m) / (1.0 if "v" in corrected else v) ** 0.5


CLAIMS: list[tuple[str, Callable[[dict[str, Any]], list[float]]]] = [
    (
        r"the slope along \$b\$ is (\S+), that along \$w\$ only (\S+)\. ",
        lambda names: [float(part) for part in LECTURE.gradient(LECTURE.start)[::-1]],
    ),
    (
        r"the slope along \$w\$ at the start is (\S+), so \$w\$ leaps from (\S+) to (\S+), and "
        r"after 100 epochs the path is at \((\S+), (\S+)\), (\S+) from the minimum",
        lambda names: [
            LECTURE.gradient(LECTURE.start)[0],
            *without_root(1)[:, 0],
            *without_root(100)[-1],
            np.linalg.norm(without_root(100)[-1] - LECTURE.minimum),
        ],
    ),
    (r"with the root it is (\S+) from it", lambda names: [distance(names, "do_adagrad")[100]]),
    (
        r"after 100 epochs green is still (\S+) above the star",
        lambda names: [names["paths"]["AdaGrad"][1][1][-1] - 0.5],
    ),
    (
        r"\*\*Green\*\* was (\S+) from the minimum after 100 epochs \(the dashed line\)\. It comes "
        r"within 0\.1 in epoch (\d+), and after 1,000 epochs it is (\S+) away",
        lambda names: [
            (away := distance(names, "do_adagrad"))[100],
            int(np.argmax(away < 0.1)),
            away[1000],
        ],
    ),
    (
        r"\*\*Brown\*\* is within 0\.1 in epoch (\d+)",
        lambda names: [int(np.argmax(distance(names, "do_rmsprop") < 0.1))],
    ),
    (
        r"in epoch 1, (\S+) in epoch 2, (\S+) in epoch 3, (\S+) in epoch 10\.",
        lambda names: [float(expected_moment(1.0, 0.9, t)) for t in (2, 3, 10)],
    ),
    (
        r"that is (\S+) of what it should be in epoch 1, and still only (\S+) in epoch 1,000",
        lambda names: [float(expected_moment(1.0, 0.999, t)) for t in (1, 1000)],
    ),
    (r"0\.1 / \\sqrt\{0\.001\} = (\S+) \\eta", lambda names: [first_step()]),
    (r"\\eta / \\sqrt\{0\.001\} = (\S+) \\eta", lambda names: [first_step("m")]),
]


@pytest.mark.parametrize(("sentence", "computed"), CLAIMS, ids=[claim[0][:40] for claim in CLAIMS])
def test_a_number_is_so_to_its_last_digit(
    sentence: str, computed: Callable[[dict[str, Any]], list[float]], names: dict[str, Any]
) -> None:
    found = re.findall(sentence, TEXT)
    assert len(found) == 1, sentence
    said = [found[0]] if isinstance(found[0], str) else list(found[0])
    for text, number in zip(said, computed(names), strict=True):
        digits = len(text.partition(".")[2])
        assert round(float(number), digits) == float(text), sentence


def test_browns_end_is_as_it_is_told(names: dict[str, Any]) -> None:
    """ "Falls to a millionth", "thrown out again after some 85 epochs, by 0.2 to 0.3", and in
    the end "jumps to and fro across the minimum", by eta."""
    away = distance(names, "do_rmsprop")
    assert 5e-7 < away[:60].min() < 2e-6
    assert 80 <= thrown_out(away)[0] <= 90
    w, b = names["paths"]["RMSProp"][1]
    assert np.hypot(w[25] - 1.5, b[25] - 0.5) < 0.06, '"at the star after some 25 epochs"'
    as_drawn = np.hypot(w - 1.5, b - 0.5)
    for one in (away, as_drawn):  # the slopes are measured in two ways, and differ in last digits
        assert 0.2 < one[80:101].max() < 0.3
    histories = names["do_rmsprop"](
        X=LECTURE.X, Y=LECTURE.Y, init_w=-1.5, init_b=3.5, max_epochs=1000,
        grad_w=names["slope_w"], grad_b=names["slope_b"], eta=0.1,
    )  # fmt: skip
    for path in np.transpose(histories)[-20:].T:
        assert np.allclose(np.abs(np.diff(path)), 0.1, atol=0.02)
        assert (np.diff(np.sign(np.diff(path))) != 0).all()


def test_browns_rate_for_b_is_largest_just_before_it_is_thrown_out(names: dict[str, Any]) -> None:
    rates = np.array(names["effective_rates"](names["paths"]["RMSProp"][1])[1])
    out = int(thrown_out(distance(names, "do_rmsprop"))[0])
    assert out - 5 <= int(np.nanargmax(rates)) <= out + 2


def test_the_known_paths_are_those_of_the_reference(names: dict[str, Any]) -> None:
    from reference.update_rules import gradient_descent, momentum, nesterov

    for label, rule in [
        ("gradient descent", gradient_descent),
        ("momentum", momentum),
        ("NAG", nesterov),
    ]:
        right = rule(LECTURE.gradient, LECTURE.start, 100, LECTURE.eta)
        np.testing.assert_allclose(np.transpose(names["paths"][label][1]), right, atol=1e-6)


def test_the_averages_are_those_of_the_derivation(names: dict[str, Any]) -> None:
    said = [line for line in names["said"] if line.startswith(("m, beta", "v, beta"))]
    assert len(said) == 2
    for line, beta in zip(said, (0.9, 0.999), strict=True):
        first, last = re.findall(r"epoch \d+ (\S+) of|, in epoch 40 (\S+)\.", line)
        assert float(first[0]) == pytest.approx(expected_moment(1.0, beta, 1), rel=0.1)
        assert float(last[1]) == pytest.approx(expected_moment(1.0, beta, 40), rel=0.05)
