"""Workstation: train, calibrate, convert, read back, compare, report."""

if __name__ != "digitedge.export":
    raise ImportError('This package is "digitedge.export"; import it by that name (run "make setup" once).')
