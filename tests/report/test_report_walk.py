"""Paths: start, goal, epochs, arrows, a window on their end; and sentences from their numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from example_grades import loss_surface, trajectories, walked
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Line, Picture, Spot
from autograder.report.figure import Drawing, draw

GOAL = Spot(0.0, 0.0, "minimum")


def walk(x: list[float], y: list[float], label: str = "yours") -> Picture:
    own = Line(label, tuple(x), tuple(y), "red")
    beside = Line("momentum", (2.0, -2.0), (2.0, -2.0), "blue", "--", beside=True)
    return Picture("Path", "Caption.", "w", "b", (beside, own), goal=GOAL)


def spiral(turns: float = 3.0, epochs: int = 60) -> tuple[list[float], list[float]]:
    t = np.linspace(0, 1, epochs + 1)
    r = 2 * np.exp(-4 * t)
    return list(r * np.cos(turns * 2 * t)), list(r * np.sin(turns * 2 * t))


def texts(drawing: Drawing) -> list[str]:
    root = ElementTree.fromstring(str(drawing.svg))
    return ["".join(e.itertext()) for e in root.iter("text")]


def test_start_goal_and_epochs_are_named() -> None:
    said = texts(draw(walk(*spiral()), "f"))
    assert {"start", "minimum"} <= set(said)
    epochs = [int(text) for text in said if text.isdigit() and int(text) >= 10]
    assert epochs
    assert all(epoch % 10 == 0 for epoch in epochs)


def test_only_the_students_path_is_played() -> None:
    drawing = draw(walk(*spiral()), "f")
    root = ElementTree.fromstring(str(drawing.svg))
    (played,) = [g for g in root.iter("g") if g.get("data-path")]
    assert drawing.plays
    assert played.get("data-label") == "yours"
    assert len(played.get("data-path", "").split(";")) == 61
    values = played.get("data-values", "").split(";")
    assert (values[0], len(values)) == ("(2, 0)", 61)


def test_the_played_points_are_those_that_are_drawn() -> None:
    root = ElementTree.fromstring(str(draw(walk(*spiral()), "f").svg))
    (group,) = [g for g in root.iter("g") if g.get("data-path")]
    (line,) = [p for p in group if p.get("class") == "line"]
    drawn = re.findall(r"(-?[\d.]+) (-?[\d.]+)", line.get("d", ""))
    played = [tuple(pair.split(" ")) for pair in group.get("data-path", "").split(";")]
    assert drawn == played


def test_arrows_point_the_way() -> None:
    east = draw(walk([-2.0, 0.0, 2.0], [0.0, 0.0, 0.0]), "f")
    west = draw(walk([2.0, 0.0, -2.0], [0.0, 0.0, 0.0]), "f")
    turns = [re.findall(r"rotate\((-?\d+)\)", str(d.svg)) for d in (east, west)]
    assert turns[0] == ["0", "0"]
    assert {abs(int(t)) for t in turns[1]} == {180}


def test_the_end_is_enlarged_by_what_is_written_there() -> None:
    drawing = draw(walk(*spiral()), "f")
    (said,) = [text for text in texts(drawing) if "×" in text]
    found = re.fullmatch(r"epochs (\d+)–60, ×(\d+)", said)
    assert found
    assert 20 <= int(found[1]) <= 40
    root = ElementTree.fromstring(str(drawing.svg))
    paths = [p.get("d", "") for p in root.iter("path") if p.get("class") == "line"]
    whole, window = paths[-2], paths[-1]

    def span(path: str, first: int) -> float:
        points = np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", path), dtype=float)[first:]
        return float(np.ptp(points[:, 0]))

    assert span(window, 0) / span(whole, int(found[1])) == pytest.approx(int(found[2]), rel=0.1)


def test_no_window_where_nothing_gets_larger() -> None:
    straight = list(np.linspace(2, -2, 61))
    assert not [t for t in texts(draw(walk(straight, straight), "f")) if "×" in t]


def test_facts_are_those_of_the_numbers() -> None:
    x, y = spiral()
    (fact,) = draw(walk(x, y), "f").facts
    away = math.hypot(x[-1], y[-1])
    assert fact.startswith("Yours ends at (")
    assert f"after 60 epochs, {away:.3g} from the minimum; the start is 2 from it." in fact
    past = draw(walk([2.0, 0.1, 1.0], [0.0, 0.0, 0.0]), "f").facts[0]
    assert past.endswith("It was nearest in epoch 1, at 0.1.")


def test_a_path_that_stands_still_or_ends_in_nothing_is_said_to() -> None:
    assert draw(walk([1.0] * 4, [1.0] * 4), "f").facts == (
        "Yours stays where it starts, for all 3 epochs.",
    )
    lost = draw(walk([1.0, 2.0, math.nan, 1.0], [1.0, 1.0, 1.0, 1.0]), "f")
    assert lost.facts == ("Yours is no number (NaN or infinity) from epoch 2 on.",)
    assert not draw(walk([1.0] * 4, [1.0] * 4), "f").plays


def test_of_many_curves_nothing_is_said_one_by_one() -> None:
    six = replace(trajectories(), goal=GOAL)
    drawing = draw(six, "f", {"loss": loss_surface()})
    assert drawing.facts == ()
    assert drawing.plays


def test_what_is_said_is_read_to_who_does_not_see() -> None:
    drawing = draw(walked(), "f", {"loss": loss_surface()})
    root = ElementTree.fromstring(str(drawing.svg))
    (description,) = [e.text or "" for e in root.iter("desc")]
    assert drawing.facts[0] in description


def test_a_reason_stands_for_a_gap_that_was_meant() -> None:
    line = Line("b", (1, 2, 3), (1.0, math.nan, 2.0), gaps="b: epoch 2 is left out.")
    assert draw(Picture("T", "C", "x", "y", (line,)), "f").notes == ("b: epoch 2 is left out.",)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=40),
    st.floats(-5, 5),
    st.sampled_from([None, "loss"]),
)
def test_no_numbers_break_a_path(
    points: list[tuple[float, float]], goal: float, contour: str | None
) -> None:
    picture = walk([x for x, _ in points], [y for _, y in points], 'your <"&> path')
    picture = replace(picture, goal=Spot(goal, goal, "minimum"), contour=contour)
    drawing = draw(picture, "f", {"loss": loss_surface()})
    ElementTree.fromstring(str(drawing.svg))
    assert not re.search(r"\b(nan|inf)\b", re.sub(r"data-values=\"[^\"]*\"", "", str(drawing.svg)))
