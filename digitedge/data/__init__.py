"""Readers of data sets: `load` gives any of them in one form, `check_source` only looks whether it could."""

from digitedge.data.dataset import SPLITS, Dataset
from digitedge.data.sources import check_source, load

__all__ = ["SPLITS", "Dataset", "check_source", "load"]
