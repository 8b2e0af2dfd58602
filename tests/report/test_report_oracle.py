"""Axes and level curves are matplotlib's, which is too slow to draw a page with."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import ticker
from matplotlib.figure import Figure

from autograder.model import FloatArray
from autograder.report import Contour
from autograder.report.axis import axis_for

matplotlib.use("Agg")
_PATH = re.compile(r'<path d="([^"]*)"')


@given(st.integers(-5000, 5000), st.floats(-4, 6), st.sampled_from([4, 5, 7]))
def test_even_ticks_are_those_of_matplotlib(place: int, power: float, count: int) -> None:
    span = 10.0**power
    low = place / 97 * span
    high = low + span
    ours = [tick.value for tick in axis_for(low, high, 0, 100).ticks(count)]
    step = ours[1] - ours[0]
    most = math.ceil(high / step) - math.floor(low / step)
    locator = ticker.MaxNLocator(nbins=most, steps=[1, 2, 5, 10])
    room = 1e-6 * step
    theirs = [v for v in locator.tick_values(low, high) if low - room <= v <= high + room]
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * step)


@given(st.integers(-30, 30), st.floats(0, 12))
def test_logarithmic_ticks_are_those_of_matplotlib_or_every_so_many_decades(
    power: int, decades: float
) -> None:
    axis = axis_for(10.0**power, 10.0 ** (power + decades), 0, 100, log=True)
    ours = np.array([tick.value for tick in axis.ticks()])
    few = math.ceil(math.log10(axis.high)) - math.floor(math.log10(axis.low)) <= 2
    locator = ticker.LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=1000)
    theirs = locator.tick_values(axis.low / 10, axis.high * 10)
    theirs = theirs[(theirs >= axis.low * 0.999) & (theirs <= axis.high * 1.001)]
    stride = round(math.log10(ours[1] / ours[0])) if len(ours) > 1 and not few else 1
    place = int(np.argmin(np.abs(theirs / ours[0] - 1)))
    assert place < stride
    np.testing.assert_allclose(ours, theirs[place::stride], rtol=1e-9)


@pytest.mark.parametrize("log", [False, True])
def test_a_place_on_an_axis_is_where_matplotlib_has_it(log: bool) -> None:
    values = np.array([0.02, 0.5, 1.0, 7.0, 30.0])
    figure = Figure(figsize=(1, 1), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0.02, 30.0), xscale="log" if log else "linear")
    theirs = axes.transData.transform(np.column_stack((values, np.zeros(5))))[:, 0]
    np.testing.assert_allclose(axis_for(0.02, 30.0, 0, 100, log=log)(values), theirs, atol=1e-9)


def area(ring: FloatArray) -> float:
    """Signed area within a closed line of shape (n, 2), by the shoelace formula."""
    x, y = ring.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def test_bands_are_as_large_as_those_of_matplotlib() -> None:
    x, y = np.linspace(-2.0, 2.0, 61), np.linspace(-1.0, 3.0, 41)
    z = np.hypot(*np.meshgrid(x, y)) + 0.3 * np.sin(3 * x)
    z[:3, :4] = np.nan
    levels = (0.4, 0.9, 1.6, 2.2)
    contour = Contour(x, y, z, levels=levels)
    pixels = abs((contour.x_axis.end - contour.x_axis.start) / (x[-1] - x[0]))
    pixels *= abs((contour.y_axis.end - contour.y_axis.start) / (y[-1] - y[0]))
    axes = Figure().subplots()
    theirs = axes.contourf(x, y, z, levels, extend="both").get_paths()
    ours = _PATH.findall(contour.bands)
    assert len(ours) == len(theirs) == len(levels) + 1
    for drawn, path in zip(ours, theirs, strict=True):
        rings = [
            np.array(ring.split(), float).reshape(-1, 2)
            for ring in re.split("[MZ]+", drawn)
            if ring
        ]
        wanted = sum(area(ring) for ring in path.to_polygons()) * pixels
        assert abs(sum(map(area, rings))) == pytest.approx(abs(wanted), rel=0.01, abs=20)


def test_every_band_is_darker_than_the_next() -> None:
    contour = Contour(np.arange(5.0), np.arange(4.0), np.arange(20.0).reshape(4, 5))
    shades = [float(shade) for shade in re.findall(r'fill-opacity="([^"]*)"', contour.bands)]
    assert len(shades) == 11
    assert all(darker > lighter for darker, lighter in pairwise(shades))
