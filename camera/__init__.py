"""The board: sources, newest frame, tracks, live loop, overlay, preview, sinks."""

if __name__ != "digitedge.camera":
    raise ImportError('This package is "digitedge.camera"; import it by that name (run "make setup" once).')
