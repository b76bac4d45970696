"""What the camera's tests share."""

from collections.abc import Iterator

import pytest

from digitedge.camera.live import Controls
from digitedge.camera.preview import PreviewServer


@pytest.fixture
def preview() -> Iterator[PreviewServer]:
    """A page on loopback."""
    server = PreviewServer("127.0.0.1", 0, controls=Controls())
    yield server
    server.close()
