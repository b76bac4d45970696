"""``python -m digitedge`` is the command ``digitedge``."""

from digitedge.cli import main

main()
