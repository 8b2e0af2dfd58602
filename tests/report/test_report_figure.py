"""Figures: every curve is there and stays apart from the others; what has no place is said."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from example_grades import effective_rates, loss_surface, recovered_weights, trajectories
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import FloatArray, Line, Picture
from autograder.report import Contour, backgrounds_of
from autograder.report.figure import Drawing, background_svg, draw
from autograder.report.strokes import COLOURS, colour_of

NAN, INF = float("nan"), float("inf")


def picture(*lines: Line, log_y: bool = False, contour: str | None = None) -> Picture:
    return Picture("Title", "Caption.", "x", "y", lines, log_y, contour)


def shapes(drawing: Drawing, kind: str) -> list[str]:
    """The path data of all shapes of a class, in order."""
    root = ElementTree.fromstring(str(drawing.svg))
    return [e.get("d", "") for e in root.iter("path") if e.get("class") == kind]


def points_of(path: str) -> list[tuple[float, float]]:
    pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)
    return [(float(x), float(y)) for x, y in pairs]


def test_a_line_goes_where_its_numbers_say() -> None:
    (path,) = shapes(draw(picture(Line("a", (0, 1, 2), (0.0, 5.0, 10.0))), "f"), "line")
    (x0, y0), (x1, y1), (x2, y2) = points_of(path)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.11)
    assert x0 < x1
    assert y0 > y1  # upwards


def test_a_logarithmic_axis_spaces_decades_evenly() -> None:
    line = Line("a", (0, 1, 2), (1e-4, 1e-2, 1.0))
    (path,) = shapes(draw(picture(line, log_y=True), "f"), "line")
    heights = [y for _, y in points_of(path)]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.11)


def test_what_is_not_finite_leaves_a_gap_and_a_sentence() -> None:
    line = Line("your Adam", (0, 1, 2, 3, 4), (1.0, 2.0, NAN, INF, 3.0))
    drawing = draw(picture(line), "f")
    (path,) = shapes(drawing, "line")
    assert [len(points_of(part)) for part in path.split("M")[1:]] == [2, 1]
    (note,) = drawing.notes
    assert note.startswith("your Adam: 2 of 5 values are not finite numbers")
    assert "the first is value 3" in note


def test_zero_has_no_place_on_a_logarithmic_axis() -> None:
    (note,) = draw(picture(Line("v", (1, 2, 3), (1.0, 0.0, -2.0)), log_y=True), "f").notes
    assert "2 of 3 values cannot be drawn on this axis" in note


def test_without_anything_to_draw_the_figure_says_so() -> None:
    empty = draw(picture(Line("nothing", (), ())), "f")
    assert "nothing to draw" in empty.svg
    assert empty.notes == ("nothing: there is nothing to draw.",)
    assert "nothing to draw" in draw(picture(), "f").svg
    assert "nothing to draw" in draw(picture(Line("n", (1, 2), (NAN, NAN))), "f").svg
    assert "nothing to draw" not in draw(picture(Line("one", (1,), (2.0,))), "f").svg


def test_a_single_point_is_marked() -> None:
    (mark,) = shapes(draw(picture(Line("one", (1,), (2.0,))), "f"), "mark")
    assert mark.count("M") == 1


def test_thousands_of_points_are_thinned_but_their_peak_stays() -> None:
    y = np.sin(np.arange(50_000) / 500)
    y[31_234] = 4.0
    line = Line("long", tuple(map(float, range(50_000))), tuple(map(float, y)))
    drawing = draw(picture(line), "f")
    (path,) = shapes(drawing, "line")
    assert len(points_of(path)) <= 1200
    assert len(str(drawing.svg)) < 30_000
    top = min(y for _, y in points_of(path))
    short = Line("short", (0, 1), (float(y.min()), 4.0))
    (other,) = shapes(draw(picture(short), "f"), "line")
    assert top == pytest.approx(min(y for _, y in points_of(other)), abs=0.2)


def test_ten_thousand_gaps_stay_small() -> None:
    y = tuple(float(i) if i % 2 else NAN for i in range(20_000))
    drawing = draw(picture(Line("holes", tuple(map(float, range(20_000))), y)), "f")
    assert len(str(drawing.svg)) < 30_000


def test_a_curve_that_runs_away_does_not_flatten_the_others() -> None:
    tame = Line("Adam", (0, 1, 2), (0.0, 0.5, 1.0))
    wild = Line("yours", (0, 1, 2), (0.0, 1e5, 1e30))
    drawing = draw(picture(tame, wild), "f")
    assert "yours: goes beyond the edge of the picture." in drawing.notes
    tame_path = shapes(drawing, "line")[0]
    heights = [y for _, y in points_of(tame_path)]
    assert heights[0] - heights[-1] > 8


def test_curves_differ_without_colour() -> None:
    drawing = draw(trajectories(), "f", {"loss": loss_surface()})
    marks = {
        re.sub(r"M[\d.-]+ [\d.-]+", "", m.split("M")[1].split(" ", 1)[1])
        for m in shapes(drawing, "mark")
    }
    assert len(marks) == 6
    swatches = {re.sub(r'style="[^"]*"', "", entry.swatch) for entry in drawing.legend}
    assert len(swatches) == 6


def test_dashes_and_bands_are_kept() -> None:
    svg = str(draw(effective_rates(), "f").svg)
    assert svg.count("stroke-dasharray") == 1
    banded = Line("E[m]", (0, 1), (1.0, 2.0), "blue", "-", (0.5, 1.5), (1.5, 2.5))
    assert len(points_of(shapes(draw(picture(banded), "f"), "band")[0])) == 4


def test_bars_stand_side_by_side_on_zero() -> None:
    drawing = draw(recovered_weights(), "f")
    (yours,), (expected,) = shapes(drawing, "bar0"), shapes(drawing, "bar1")
    assert yours.count("M") == expected.count("M") == 12
    left = [x for x, _ in points_of(yours)]
    right = [x for x, _ in points_of(expected)]
    assert all(a < b for a, b in zip(left, right, strict=True))
    assert {y for _, y in points_of(yours)} == {y for _, y in points_of(expected)}


def test_a_background_is_computed_once_and_sets_the_axes() -> None:
    surface = loss_surface()
    first = draw(trajectories(), "f", {"loss": surface})
    assert surface.bands is surface.bands
    assert first.background == "loss"
    assert '<use href="#bg-loss"/>' in first.svg
    held = background_svg({"loss": surface}, ["loss", "loss"])
    assert held.count(surface.bands) == held.count('id="bg-loss"') == 1
    far = picture(Line("far", (0.0, 100.0), (0.0, 0.0)), contour="loss")
    drawing = draw(far, "f", {"loss": surface})
    assert drawing.notes == ("far: goes beyond the edge of the picture.",)
    assert ">w</text>" not in drawing.svg  # the picture's own labels come first
    assert ">x</text>" in drawing.svg


def test_level_curves_lie_where_the_surface_says() -> None:
    x = np.linspace(-2, 2, 81)
    bowl = Contour(x, x, x[None, :] ** 2 + x[:, None] ** 2, levels=(1.0,))
    inner = bowl.bands.split("<path")[1]
    radii = [
        np.hypot(
            (px - bowl.x_axis.pixel(0)) / (bowl.x_axis.pixel(1) - bowl.x_axis.pixel(0)),
            (py - bowl.y_axis.pixel(0)) / (bowl.y_axis.pixel(1) - bowl.y_axis.pixel(0)),
        )
        for px, py in points_of(inner.split('d="')[1].split('"')[0])
    ]
    assert len(radii) > 20
    assert np.allclose(radii, 1.0, atol=0.03)


def test_a_surface_with_holes_still_draws() -> None:
    x = np.linspace(0, 1, 20)
    z = x[None, :] + x[:, None]
    z[3, 4], z[10, 10] = NAN, INF
    assert "<path" in Contour(x, x, z).bands
    assert "<path" not in Contour(x, x, np.full((20, 20), NAN)).bands


def test_backgrounds_may_come_as_plain_data() -> None:
    surface = loss_surface()
    plain = {"x": surface.x, "y": surface.y, "z": surface.z, "x_label": "w", "y_label": "b"}
    made = backgrounds_of({"loss": plain, "same": surface})
    assert made["loss"].bands == surface.bands
    assert made["same"] is surface


def test_an_unknown_background_is_left_out() -> None:
    drawing = draw(picture(Line("a", (0, 1), (0.0, 1.0)), contour="nowhere"), "f")
    assert drawing.background == ""
    assert "<use" not in drawing.svg
    assert shapes(drawing, "line")


@pytest.mark.parametrize("name", ["tab:blue", "k", "#a1b2c3", "saddlebrown", 'red"><script>', ""])
def test_only_known_colours_reach_the_page(name: str) -> None:
    assert re.fullmatch(r"--c:#[0-9a-f]{3,6};--n:#[0-9a-f]{3,6}", colour_of(name, 7).css)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", sorted(COLOURS))
def test_colours_stand_out_by_day_and_by_night(name: str) -> None:
    colour, night = COLOURS[name], luminance("#14181d")
    assert 1.05 / (luminance(colour.light) + 0.05) >= 3
    assert (luminance(colour.dark) + 0.05) / (night + 0.05) >= 3


GREEN_BLIND = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
"""Deuteranopia in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1."""
TOGETHER = [
    ("black", "red", "blue", "green", "grey"),
    ("black", "red", "blue", "brown", "grey"),
    ("black", "red", "blue", "magenta"),
    ("blue", "orange"),
    ("grey", "red"),
]
"""Colours that stand in one figure: paths with each rule's own, rates, weights."""


def lab(colour: str, seen: FloatArray) -> FloatArray:
    """CIE Lab of a colour as it is seen."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(seen @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", [np.eye(3), GREEN_BLIND], ids=["all colours", "no green"])
@pytest.mark.parametrize("colours", TOGETHER, ids="-".join)
def test_colours_of_one_figure_stay_apart(colours: tuple[str, ...], seen: FloatArray) -> None:
    """By night as by day, also for who sees no green; 2 is what can just be told, side by side."""
    for night in (False, True):
        shades = [COLOURS[c].dark if night else COLOURS[c].light for c in colours]
        for one, other in combinations(shades, 2):
            assert np.linalg.norm(lab(one, seen) - lab(other, seen)) > 13, (one, other)


numbers = st.lists(st.floats(), max_size=30).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Line,
            st.text(max_size=10),
            numbers,
            numbers,
            st.sampled_from(["red", "x"]),
            st.sampled_from(["-", "--", "bar", "o", "?"]),
            numbers,
            numbers,
        ),
        max_size=4,
    ),
    st.booleans(),
    st.sampled_from([None, "loss"]),
)
def test_no_numbers_break_a_figure(lines: list[Line], log_y: bool, contour: str | None) -> None:
    drawing = draw(picture(*lines, log_y=log_y, contour=contour), "f", {"loss": loss_surface()})
    ElementTree.fromstring(str(drawing.svg))
    assert not re.search(
        r"\b(nan|inf)\b", "".join(shapes(drawing, "line") + shapes(drawing, "bar0"))
    )
