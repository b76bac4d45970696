"""The one download there is: MNIST's four files, announced, verified before they are kept."""

from __future__ import annotations

import gzip
import hashlib
import os
import urllib.error
import urllib.request
import zlib
from pathlib import Path

from digitedge.errors import DataError
from digitedge.files import write_bytes

# Two public mirrors of the original files; what they send is believed only after its checksum.
MIRRORS = ("https://storage.googleapis.com/cvdf-datasets/mnist", "https://ossci-datasets.s3.amazonaws.com/mnist")
_TIMEOUT_S = 20
_LIMIT_BYTES = 64 << 20  # the largest of the files has 47 MB uncompressed
_CHUNK_BYTES = 1 << 16


def cache_folder() -> Path:
    """Return our folder for things that can be downloaded again (XDG Base Directory Specification 0.8)."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".cache") / "digitedge"


def fetch_mnist_file(name: str, sha256: str) -> Path:
    """Download NAME.gz into our cache and return its path there; $DIGITEDGE_MNIST_URL may name a mirror of your own.

    Args:
        name: File name without ".gz".
        sha256: What the uncompressed file must hash to.

    Raises:
        DataError: No mirror answers with the right file.
        OutputError: The cache cannot be written.
    """
    own_mirror = os.environ.get("DIGITEDGE_MNIST_URL")
    failure = ""
    for mirror in (own_mirror,) if own_mirror else MIRRORS:
        url = f"{mirror.rstrip('/')}/{name}.gz"
        try:
            packed = _get(url)
            content = gzip.decompress(packed)
        except (OSError, urllib.error.URLError, ValueError, EOFError, zlib.error) as error:
            failure = f"{url}: {getattr(error, 'reason', None) or error}"
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            path = cache_folder() / "mnist" / f"{name}.gz"
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_bytes(path, packed)
            return path
        failure = f"{url}: wrong checksum"
    raise DataError(
        f"MNIST is not on this machine and cannot be downloaded ({failure}).",
        "Set DIGITEDGE_DATA to a folder with its IDX files, or use --data synthetic.",
    )


def _get(url: str) -> bytes:
    """Return what the address sends, at most `_LIMIT_BYTES`, with a progress bar on stderr."""
    from rich.console import Console
    from rich.progress import Progress

    if not url.startswith(("https://", "http://")):
        raise ValueError("only http and https addresses are asked")
    console = Console(stderr=True)
    console.print(f"Downloading {url}", highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True) as progress, urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
        task = progress.add_task("MNIST", total=int(answer.headers.get("Content-Length") or 0) or None)
        received = bytearray()
        while chunk := answer.read(_CHUNK_BYTES):
            received += chunk
            if len(received) > _LIMIT_BYTES:
                raise ValueError("sends far more than MNIST")
            progress.update(task, advance=len(chunk))
    return bytes(received)
