"""The board, its system, power, memory and disk."""

from __future__ import annotations

from collections.abc import Iterator

from digitedge import board
from digitedge.doctor.machine import Finding, Machine

MIN_GLIBC = (2, 34)  # of LiteRT's wheels
NEW_CARD = "Write a new card with the 64-bit Raspberry Pi OS, Bookworm or newer: rpi-imager"
HOT_C = 80.0  # a Pi 3, 4 and 5 begin to slow down here
MIN_AVAILABLE_MB = 150
MIN_FREE_MB, LOW_FREE_MB = 50, 500
MEND_POWER = "Use the board's own power supply and a short cable; then: sudo reboot, and vcgencmd get_throttled"
MEND_HEAT = "Give the board a heat sink, a fan or air; then: vcgencmd measure_temp"


def hardware(machine: Machine) -> Iterator[Finding]:
    """Give the findings about the machine itself."""
    yield _board(machine)
    yield _system(machine)
    yield _bits(machine)
    yield from _power_and_heat(machine)
    yield _memory(machine)
    yield _disk(machine.free_mb)


def _board(machine: Machine) -> Finding:
    root = machine.root
    names = ", ".join(name for name in (board.board_model(root), board.soc(root)) if name) or "unknown board"
    memory = board.memory_mb(root)
    return Finding("board", "ok", f"{names}, {board.cores(root)} cores" + (f", {memory} MiB" if memory else ""))


def _system(machine: Machine) -> Finding:
    name = f"{board.os_name(machine.root) or 'unknown system'}, kernel {board.kernel(machine.root)}"
    if not machine.glibc:
        remedy = NEW_CARD if machine.is_pi else "Use Debian 12 or newer, Ubuntu 22.04 or newer, or another one with glibc"
        return Finding("system", "missing", f"{name}: its C library is not glibc; LiteRT has no package for it.", remedy)
    version = ".".join(map(str, machine.glibc))
    if machine.glibc < MIN_GLIBC:
        remedy = NEW_CARD if machine.is_pi else "sudo apt full-upgrade   to Debian 12 or newer"
        return Finding("system", "missing", f"{name}: glibc {version} is older than the 2.34 that LiteRT needs.", remedy)
    return Finding("system", "ok", f"{name}, glibc {version}")


def _bits(machine: Machine) -> Finding:
    if machine.bits == 64:
        return Finding("64-bit", "ok", "Python is 64-bit")
    why = (
        "The kernel is 64-bit, the system on it is not."
        if "64" in (machine.run(["uname", "-m"]) or "")
        else "The system is 32-bit."
    )
    return Finding("64-bit", "missing", f"{why} LiteRT has no 32-bit package.", NEW_CARD)


def _power_and_heat(machine: Machine) -> Iterator[Finding]:
    throttling = board.throttling(machine.root, machine.run)
    celsius = board.temperature_c(machine.root)
    heat = f", {celsius:.0f} °C" if celsius is not None else ""
    if throttling is None:
        if machine.is_pi:
            yield Finding("throttling", "note", f"The firmware does not tell{heat}.", "sudo apt install raspi-utils")
        elif celsius is not None:
            yield Finding("throttling", "ok", f"Processor at {celsius:.0f} °C")
    elif throttling.now:
        remedy = MEND_POWER if "under-voltage" in throttling.now else MEND_HEAT
        yield Finding("throttling", "warning", f"The board holds itself back now: {', '.join(throttling.now)}{heat}.", remedy)
    elif throttling.since_boot:
        remedy = MEND_POWER if "under-voltage" in throttling.since_boot else MEND_HEAT
        yield Finding(
            "throttling", "warning", f"Since its start the board had: {', '.join(throttling.since_boot)}{heat}.", remedy
        )
    else:
        yield Finding("throttling", "ok", f"Not throttled since the start{heat}")
    if throttling is None and board.undervoltage_alarm(machine.root):
        yield Finding("power", "warning", "The supply's voltage is too low.", MEND_POWER)
    if celsius is not None and celsius >= HOT_C and not (throttling and throttling.now):
        yield Finding("temperature", "warning", f"The processor is at {celsius:.0f} °C.", MEND_HEAT)


def _memory(machine: Machine) -> Finding:
    available = board.memory_mb(machine.root, "MemAvailable")
    if available is None:
        return Finding("memory", "note", "The system does not tell how much memory is free.")
    if available < MIN_AVAILABLE_MB:
        text = f"Only {available} MiB of memory are free; the live camera takes up to 120."
        return Finding("memory", "warning", text, "ps aux --sort=-rss | head   and end what is not needed")
    return Finding("memory", "ok", f"{available} MiB free")


def _disk(free_mb: int) -> Finding:
    remedy = "sudo apt clean && sudo journalctl --vacuum-size=50M"
    if free_mb < MIN_FREE_MB:
        return Finding("disk", "missing", f"The disk is full ({free_mb} MiB free).", remedy)
    if free_mb < LOW_FREE_MB:
        return Finding("disk", "warning", f"Only {free_mb} MiB are free on the disk.", remedy)
    return Finding("disk", "ok", f"{free_mb} MiB free")
