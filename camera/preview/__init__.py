"""The page: what the camera sees and reads, in a browser on the same machine, a laptop or a phone.

For those who wire it:

    host, port = parse_serve("8080")                       # --serve [HOST:]PORT; ValueError for anything else
    preview = PreviewServer(host, port, controls=loop.controls, labels=classifier.info.labels)  # SourceError: port taken
    for line in preview.lines: print(line, file=sys.stderr)   # the address (with its token) and the `ssh -L` line
    …
    preview.deliver(live); preview.tick(health)            # every frame; costs microseconds, encodes nothing
    preview.close()
"""

from digitedge.camera.preview.address import parse_serve
from digitedge.camera.preview.server import PreviewServer

__all__ = ["PreviewServer", "parse_serve"]
