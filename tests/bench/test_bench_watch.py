import time

from digitedge.bench.machine import board_facts, software_facts
from digitedge.bench.watch import Watch


def watched(pi, meanwhile, interval_s=0.005):
    with Watch(pi.root, pi.run, interval_s) as watch:
        meanwhile()
    return watch.facts()


def wait_for_samples():
    time.sleep(0.05)


def test_the_facts_of_a_raspberry_pi(pi):
    facts = board_facts(pi.root, pi.run)
    assert facts["model"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert (facts["soc"], facts["cores"], facts["governor"]) == ("bcm2712", 4, "ondemand")
    assert facts["os"] == "Raspberry Pi OS (Debian GNU/Linux 12 (bookworm))"
    assert facts["kernel"] == "6.12.25+rpt-rpi-2712"
    assert facts["throttled"] == "0x0"
    assert facts["bits"] in (32, 64)


def test_an_empty_tree_says_nothing_rather_than_guess(tmp_path):
    facts = board_facts(tmp_path, lambda _: None)
    assert facts["model"] == facts["soc"] == facts["governor"] == facts["os"] == ""
    assert facts["throttled"] is None
    with Watch(tmp_path, lambda _: None) as watch:
        pass
    assert watch.facts()["temperature_c"] is None
    assert watch.facts()["throttled_during"] == []


def test_a_quiet_board_raises_no_doubt(pi):
    facts = watched(pi, lambda: None)
    assert facts["throttled_during"] == []
    assert facts["supply_warning"] is False
    assert facts["frequency_mhz"] == {"min": 2400, "median": 2400, "max": 2400}


def test_a_clock_that_falls_while_it_is_measured_is_seen(pi):
    def heat():
        wait_for_samples()
        pi.set_clock(1500, 85.5)
        wait_for_samples()

    facts = watched(pi, heat)
    assert facts["frequency_mhz"]["min"] == 1500 and facts["frequency_mhz"]["max"] == 2400
    assert facts["temperature_c"]["max"] == 85.5
    assert facts["samples"] > 2


def test_throttling_that_came_and_went_is_seen(pi):
    def throttle_and_recover():
        pi.throttled = 0x40000  # "throttled since boot", no longer now

    assert watched(pi, throttle_and_recover)["throttled_during"] == ["throttled"]


def test_throttling_of_last_week_is_not_held_against_today(pi):
    pi.throttled = 0x50000
    facts = watched(pi, lambda: None)
    assert facts["throttled_during"] == []
    assert facts["throttled_before"] == facts["throttled_after"] == "0x50000"


def test_a_weak_supply_is_told_by_the_kernel_too(pi):
    pi.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert watched(pi, lambda: None)["supply_warning"] is True


def test_the_power_chip_is_asked_where_there_is_one(pi):
    # 0.2 A at 3.3 V and 2 A at 0.75 V; the input's voltage alone is no power
    assert watched(pi, wait_for_samples)["power_w"]["median"] == 2.16
    pi.pmic = ""
    assert watched(pi, lambda: None)["power_w"] is None


def test_the_versions_are_those_installed():
    import ai_edge_litert
    import numpy

    versions = software_facts()
    assert versions["numpy"] == numpy.__version__
    assert versions["ai-edge-litert"] == ai_edge_litert.__version__
