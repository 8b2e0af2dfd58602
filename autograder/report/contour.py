"""Backgrounds of level curves, such as the loss over (w, b) that the lecture draws paths on.

A background is the same on every page, so its drawing is made once and kept with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from autograder.model import FloatArray
from autograder.report.axis import Axis

WIDTH = 360.0
"""Of every figure, in its own units: about a phone's pixels, so that its letters stay readable."""
HEIGHT = 260.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 24.0, 40.0
"""Room around the plot of a figure with a background."""


@dataclass(frozen=True, eq=False)
class Contour:
    """A surface z over a grid, drawn as bands between levels."""

    x: FloatArray
    """Shape (columns,), rising; its ends are the picture's left and right edge."""
    y: FloatArray
    """Shape (rows,), rising; its ends are the picture's lower and upper edge."""
    z: FloatArray
    """Shape (rows, columns); what is not finite is left blank."""
    x_label: str = ""
    """Stands where a picture has no label of its own."""
    y_label: str = ""
    levels: tuple[float, ...] = ()
    """Where the curves run, rising; empty: at even shares of the values of z."""

    @cached_property
    def x_axis(self) -> Axis:
        """From left to right."""
        return Axis(float(self.x[0]), float(self.x[-1]), LEFT, WIDTH - RIGHT)

    @cached_property
    def y_axis(self) -> Axis:
        """From below to above."""
        return Axis(float(self.y[0]), float(self.y[-1]), HEIGHT - BOTTOM, TOP)

    @cached_property
    def bands(self) -> str:
        """SVG paths, one a band, from the lowest (darkest) to the highest."""
        from contourpy import FillType, contour_generator

        finite = np.isfinite(self.z)
        surface = np.ma.masked_array(self.z, mask=~finite)
        levels = self.levels or _even_shares(self.z[finite])
        generator = contour_generator(
            self.x_axis(self.x), self.y_axis(self.y), surface, fill_type=FillType.OuterOffset
        )
        edges = (-np.inf, *levels, np.inf)
        shapes = []
        for rank, (low, high) in enumerate(pairwise(edges)):
            polygons: Any = generator.filled(low, high)
            outline = "".join(_outline(*polygon) for polygon in zip(*polygons, strict=True))
            shade = 0.34 * (1 - rank / len(levels)) if levels else 0.0
            if outline:
                shapes.append(f'<path d="{outline}" fill-opacity="{shade:.2f}"/>')
        return f'<g class="contour" fill-rule="evenodd">{"".join(shapes)}</g>'


Backgrounds: TypeAlias = Mapping[str, Contour]
"""The backgrounds that an assignment provides, by the name a picture calls them."""


def backgrounds_of(surfaces: Mapping[str, Contour | Mapping[str, Any]]) -> Backgrounds:
    """Backgrounds from what an assignment gives: a contour, or its fields as a mapping.

    Make them once and hand them to every page: the drawing is kept with them.
    """
    return {
        name: surface if isinstance(surface, Contour) else Contour(**surface)
        for name, surface in surfaces.items()
    }


def _even_shares(values: FloatArray) -> tuple[float, ...]:
    if values.size == 0:
        return ()
    return tuple(float(v) for v in np.unique(np.quantile(values, np.linspace(0.08, 0.92, 10))))


def _outline(points: FloatArray, offsets: FloatArray) -> str:
    """The path of one polygon with its holes, to half a pixel."""
    path = []
    for start, end in pairwise(offsets.tolist()):
        ring = np.round(points[start:end] * 2) / 2
        moved = np.any(np.diff(ring, axis=0) != 0, axis=1)
        ring = ring[np.concatenate(([True], moved))]
        path.append("M" + " ".join(f"{x:g} {y:g}" for x, y in ring.tolist()) + "Z")
    return "".join(path)
