"""Readers of data sets: `load` gives any of them in one form."""

from digitedge.data.dataset import SPLITS, Dataset
from digitedge.data.sources import load

__all__ = ["SPLITS", "Dataset", "load"]
