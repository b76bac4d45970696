"""A hand: how one person's strokes differ from the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitedge.scenes.strokes import Template


@dataclass(frozen=True, slots=True)
class Hand:
    """Habits of one writer; lengths in glyph heights.

    Attributes:
        slant: Shear, dx for dy of one glyph height upwards; positive leans right.
        aspect: Width relative to the template.
        rotation: Radians, clockwise.
        roundness: 0 keeps corners, 1 rounds them.
        jitter: Standard deviation of each turning point.
        loose: Standard deviation of stroke ends beyond ``jitter``: gaps and overshoots.
        warp: Amplitude of the slow distortion of the whole glyph.
        tremor: Standard deviation of the shake along the path.
        size_spread: Standard deviation of the logarithm of glyph sizes.
        taste: Seed of the writer's choice between styles.
    """

    slant: float
    aspect: float
    rotation: float
    roundness: float
    jitter: float
    loose: float
    warp: float
    tremor: float
    size_spread: float
    taste: int

    @classmethod
    def random(cls, rng: np.random.Generator) -> Hand:
        """Return somebody's hand."""
        a, b, c, d, e = rng.standard_normal(5)
        u, v, w, x, y = rng.random(5)
        return cls(
            slant=float(np.clip(0.12 + 0.28 * a, -0.45, 0.7)),
            aspect=float(np.clip(np.exp(0.26 * b), 0.6, 1.7)),
            rotation=0.09 * c,
            roundness=float(u),
            jitter=0.018 + 0.032 * v,
            loose=0.012 + 0.045 * w * w,
            warp=0.02 + 0.05 * abs(d),
            tremor=0.010 * x * x,
            size_spread=0.03 + 0.07 * y,
            taste=int(abs(e) * 1e6),
        )

    def choose(self, templates: Sequence[Template], rng: np.random.Generator, constancy: float = 0.85) -> Template:
        """Return this writer's usual template among ``templates`` of one label, now and then another."""
        habit = (self.taste * 0.6180339887 + 0.137 * ord(templates[0].label[0])) % 1.0
        point = habit if rng.random() < constancy else rng.random()
        left = point * sum(template.weight for template in templates)
        for template in templates:
            left -= template.weight
            if left <= 0:
                return template
        return templates[-1]

    def trace(self, template: Template, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return the pen's path for one glyph.

        Returns:
            float64 [M, 2], x and y in glyph heights, y down, about the glyph's own origin (upper left); the strokes end at
            ``template.stroke_ends``.
        """
        controls = template.controls + self.jitter * rng.standard_normal(template.controls.shape)
        starts = template.starts
        ends = np.append(starts[1:], True)
        loose = starts | ends
        controls[loose] += self.loose * rng.standard_normal((int(loose.sum()), 2))
        if len(template.stroke_ends) > 1:
            shift = self.loose * rng.standard_normal((len(template.stroke_ends), 2))
            controls += shift[np.cumsum(starts) - 1]
        basis = template.sharp + self.roundness * (template.round - template.sharp)
        path: NDArray[np.float64] = basis @ controls
        waves = rng.standard_normal((2, 5))
        angle = 2.4 * path @ waves[:, :2] + 3 * waves[:, 2]
        path = path + self.warp * np.sin(angle)
        if self.tremor > 0.001:
            shake = rng.standard_normal(path.shape)
            shake[1:] += shake[:-1]
            path = path + 0.5 * self.tremor * shake
        aspect = self.aspect * float(np.exp(0.10 * waves[0, 3]))
        slant = self.slant + 0.05 * waves[1, 3]
        turn = self.rotation + 0.03 * waves[0, 4]
        cosine, sine = np.cos(turn), np.sin(turn)
        # Shear about the middle of the height, stretch, turn.
        shaped = np.array([[aspect, 0.0], [-slant, 1.0]]) @ np.array([[cosine, sine], [-sine, cosine]])
        result: NDArray[np.float64] = (path - 0.5) @ shaped + 0.5
        return result
