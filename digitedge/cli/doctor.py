"""``digitedge doctor``: what is missing on this machine, with the command that mends it."""

from __future__ import annotations

from pathlib import Path

import typer


def doctor(
    model: Path | None = typer.Option(None, help="The .tflite model to verify; default: the shipped one."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout."),
) -> None:
    """Look for what is missing on this machine and print the commands that mend it; exit 1 if something needed is."""
    import json

    from digitedge.doctor import examine
    from digitedge.doctor.machine import this_machine
    from digitedge.models import DEFAULT_MODEL

    findings = []
    for finding in examine.examine(this_machine(), model or DEFAULT_MODEL):
        findings.append(finding)
        if not as_json:
            print(examine.as_text(finding), flush=True)
    is_ready = all(finding.state != "missing" for finding in findings)
    if as_json:
        print(json.dumps({"ready": is_ready, "findings": [examine.as_json(finding) for finding in findings]}))
    else:
        print("\nReady." if is_ready else "\nNot ready: mend what is MISSING, from the top, and run this again.")
    if not is_ready:
        raise typer.Exit(1)
