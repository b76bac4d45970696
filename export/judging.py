"""What a run is asked, judged in a moment: before TensorFlow starts, anything is drawn or an older run is replaced."""

from __future__ import annotations

from pathlib import Path

from digitedge.data import check_source
from digitedge.export.mixture import read_extra
from digitedge.export.runs import Plan
from digitedge.export.trainingdata import preferred_source
from digitedge.models.recipes import Recipe


def judge(recipe: Recipe, plan: Plan) -> None:
    """Raise for a plan that names what is not there or not what it must be.

    Raises:
        DataError: There is no such data set, or the extra patches cannot be read.
    """
    check_source(preferred_source(recipe, plan.data))
    if plan.settings.extra:
        read_extra(Path(plan.settings.extra))
