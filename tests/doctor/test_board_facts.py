"""Board facts, read from trees as real boards have them."""

import pytest
from machine_factory import PC, PI5, tree

from digitedge import board

PMIC = """     3V7_WL_SW_A current(0)=0.10000000A
   VDD_CORE_A current(7)=2.00000000A
     3V7_WL_SW_V volt(8)=3.70000000V
   VDD_CORE_V volt(15)=0.75000000V
     EXT5V_V volt(24)=5.12000000V
      BATT_V volt(25)=0.00000000V
"""


def test_a_pi_tells_everything(tmp_path):
    root = tree(tmp_path, PI5)
    assert board.is_raspberry_pi(root)
    assert (board.board_model(root), board.soc(root), board.cores(root)) == ("Raspberry Pi 5 Model B Rev 1.0", "bcm2712", 4)
    assert (board.memory_mb(root), board.memory_mb(root, "MemAvailable")) == (8052, 7168)
    assert board.governor(root) == "ondemand"
    assert board.frequencies_mhz(root) == (2400, 1500, 1000)  # in the order of the processors' numbers
    assert board.temperature_c(root) == 48.75
    assert board.os_release(root) == {"PRETTY_NAME": "Debian GNU/Linux 13 (trixie)", "ID": "debian", "VERSION_ID": "13"}
    assert board.kernel(root) == "6.12.25+rpt-rpi-2712"
    assert board.undervoltage_alarm(root) is False
    assert (board.rss_mb(root), board.rss_mb(root, field="VmHWM")) == (64.0, 118.0)


def test_a_pc_tells_its_product_and_its_hottest_zone(tmp_path):
    root = tree(tmp_path, PC)
    assert (board.board_model(root), board.soc(root), board.cores(root)) == ("OptiPlex 7090", "Intel(R) Core(TM) i5", 3)
    assert not board.is_raspberry_pi(root)
    assert board.temperature_c(root) == 53.0
    assert board.os_name(root) == "Ubuntu 24.04 LTS"
    assert board.throttling(root, lambda _: pytest.fail("only a Pi's firmware is asked")) is None


def test_an_empty_tree_tells_nothing_and_guesses_nothing(tmp_path):
    assert (board.board_model(tmp_path), board.soc(tmp_path), board.os_name(tmp_path), board.governor(tmp_path)) == ("",) * 4
    assert board.memory_mb(tmp_path) is board.temperature_c(tmp_path) is board.rss_mb(tmp_path) is None
    assert board.undervoltage_alarm(tmp_path) is None
    assert board.frequencies_mhz(tmp_path) == ()
    assert board.os_release(tmp_path) == {}


def test_throttling_comes_from_the_kernel_or_from_the_firmware(tmp_path):
    root = tree(tmp_path, PI5)
    asked = board.throttling(root, lambda command: "throttled=0xe0008\n" if command == ["vcgencmd", "get_throttled"] else None)
    assert (asked.now, asked.since_boot) == (
        ("soft temperature limit",),
        ("frequency capped", "throttled", "soft temperature limit"),
    )
    tree(root, {"sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n"})
    read = board.throttling(root, lambda _: pytest.fail("the kernel tells already"))
    assert (read.now, read.since_boot) == ((), ("under-voltage", "throttled"))


def test_power_is_the_sum_over_the_rails_that_have_both():
    assert board.power_w(lambda _: PMIC) == pytest.approx(0.1 * 3.7 + 2 * 0.75)
    assert board.power_w(lambda _: None) is None


def test_commands_that_fail_or_are_absent_tell_nothing():
    assert board.run_command(["echo", "ok"]) == "ok\n"
    assert board.run_command(["false"]) is None
    assert board.run_command(["no-such-command-here"]) is None
    assert board.run_command(["sleep", "5"], timeout_s=0.05) is None
