"""What a run is asked, judged in a moment: before TensorFlow starts, anything is drawn or an older run is replaced."""

from __future__ import annotations

import os
from pathlib import Path

from digitedge.data import check_source
from digitedge.export.fontfiles import font_files
from digitedge.export.kerasfile import check_keras_file
from digitedge.export.mixture import read_extra
from digitedge.export.runs import Plan
from digitedge.export.trainingdata import preferred_source
from digitedge.models.recipes import Recipe


def judge(recipe: Recipe, plan: Plan) -> None:
    """Raise for a plan that names what is not there or not what it must be.

    Raises:
        DataError: There is no such data set, no fonts, or the extra patches cannot be read.
        InputError: There is no such start or teacher.
        ModelError: The start or a teacher is no Keras file.
    """
    settings = plan.settings
    check_source(preferred_source(recipe, plan.data))
    if settings.start:
        check_keras_file(Path(settings.start), f"Train it first: digitedge train {recipe.name}")
    for teacher in settings.teacher.split(os.pathsep) if settings.teacher else ():
        check_keras_file(Path(teacher), "Train it first: digitedge train cnn-teacher")
    if settings.fonts:
        font_files(Path(settings.fonts))
    if settings.extra:
        read_extra(Path(settings.extra))
