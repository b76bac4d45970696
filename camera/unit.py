"""The text of a systemd unit that runs the camera."""

from __future__ import annotations

import grp
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitedge.errors import InputError

MARK = "# Made by digitedge service install."
WATCHDOG_S = 30
NAME = "digitedge"


@dataclass(frozen=True, slots=True)
class Service:
    """What is to run, and as whom.

    Attributes:
        command: Program and arguments, the program with its full path.
        is_system: A unit of the machine (root installs it) instead of one of the user.
        user: Who runs a unit of the machine.
        groups: Groups beside the user's own that open cameras; of a unit of the machine.
        folder: Where relative paths of the arguments begin.
        writable: Folders a unit of the machine may write to (recordings).
        keeps_readings: Lines of stdout go to the journal, that is to the memory card.
        name: Of the unit, without ".service".
        watchdog_s: Without a sign of life for this long it is started again.
    """

    command: tuple[str, ...]
    is_system: bool = False
    user: str = ""
    groups: tuple[str, ...] = ()
    folder: Path = Path("/")
    writable: tuple[Path, ...] = ()
    keeps_readings: bool = False
    name: str = NAME
    watchdog_s: int = WATCHDOG_S


def unit_text(service: Service) -> str:
    """Return the unit file. Meaning of the settings: systemd.service(5), systemd.exec(5).

    A camera needs device nodes that differ from board to board (/dev/video*, /dev/media*, /dev/dma_heap), so devices stay
    open to whom the kernel's own rights admit; the rest of the machine is closed.
    """
    sections = [
        [
            MARK,
            "[Unit]",
            "Description=digitedge: reads handwritten digits from a camera",
            *(["Wants=network-online.target", "After=network-online.target"] if service.is_system else []),
            "StartLimitIntervalSec=0",
        ],
        [
            "[Service]",
            "Type=notify",
            "NotifyAccess=main",
            f"ExecStart={' '.join(quote(word) for word in service.command)}",
            f"WorkingDirectory={_one_line(str(service.folder)).replace('%', '%%')}",
            "Environment=PYTHONUNBUFFERED=1",
            f"StandardOutput={'journal' if service.keeps_readings else 'null'}",
            "",
            "# Started again after a failure or a hang; not after a stop (130) or a mistake in the command (2).",
            "Restart=on-failure",
            "RestartSec=5",
            f"WatchdogSec={service.watchdog_s}",
            "TimeoutStartSec=120",
            "TimeoutStopSec=15",
            "SuccessExitStatus=130",
            "RestartPreventExitStatus=2",
            "",
            *_hardening(service),
        ],
        ["[Install]", f"WantedBy={'multi-user.target' if service.is_system else 'default.target'}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _hardening(service: Service) -> list[str]:
    everywhere = [
        "NoNewPrivileges=yes",
        "LockPersonality=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        "SystemCallArchitectures=native",
        "UMask=0027",
    ]
    if not service.is_system:
        return everywhere  # what follows needs rights that a user's manager does not have
    return [
        f"User={service.user}",
        *([f"SupplementaryGroups={' '.join(service.groups)}"] if service.groups else []),
        *everywhere,
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        *[f"ReadWritePaths={quote(str(folder), has_variables=False)}" for folder in service.writable],
        "PrivateTmp=yes",
        "ProtectControlGroups=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "RestrictNamespaces=yes",
    ]


def quote(word: str, *, has_variables: bool = True) -> str:
    """Return a word as systemd reads it back: specifiers and variables doubled, quoted where it must be (systemd.syntax(7)).

    Args:
        word: One line.
        has_variables: The setting is a command, in which $ begins a variable; in a list of paths it is a letter.

    >>> print(quote("/dev/video0"), quote("50 % off"), quote("$HOME"))
    /dev/video0 "50 %% off" $$HOME
    """
    escaped = _one_line(word).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = escaped.replace("$", "$$") if has_variables else escaped
    return f'"{escaped}"' if not word or any(letter in word for letter in " \t'\";#") else escaped


def _one_line(word: str) -> str:
    if "\n" in word or "\0" in word:
        raise ValueError(f"word must be one line, got {word!r}")
    return word


def refuse_unfit(arguments: Sequence[str], name: str) -> None:
    """Raise InputError for arguments that make no sense without a person in front, and for a name systemd would not take."""
    for index, argument in enumerate(arguments):
        is_stdin = argument == "--source=-" or (argument == "-" and index > 0 and arguments[index - 1] == "--source")
        if argument == "--window" or is_stdin:
            raise InputError(f"A service has no {'standard input' if is_stdin else 'screen'}.", f"Leave out {argument}.")
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise InputError(f'"{name}" is no name for a service.', "Use letters, digits, dots and dashes.")


def camera_groups() -> tuple[str, ...]:
    """Return the groups of this machine that open cameras and their memory."""
    known = {group.gr_name for group in grp.getgrall()}
    return tuple(name for name in ("video", "render") if name in known)


def unit_path(name: str, is_system: bool, home: Path, root: Path = Path("/")) -> Path:
    """Return where the unit file belongs."""
    folder = root / "etc/systemd/system" if is_system else home / ".config/systemd/user"
    return folder / f"{name}.service"
