# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the network tests. Run as root with Debian's /usr/bin/python3; tests/check does it all."""
import os
import subprocess

import pytest

from lib_pytest import lab, pytest_runtest_makereport  # noqa: F401


def pytest_configure(config):
    config.addinivalue_line("markers", "ipvs: needs a kernel with IPVS (tests/check runs it in the lab's virtual machine)")
    config.addinivalue_line("markers", "systemd: needs a systemd that the test may change (always in the virtual machine)")


def pytest_runtest_setup(item):
    # What is missing is a failure, never a skip: it would hide that nothing was tested.
    if item.get_closest_marker("ipvs") and not os.path.exists("/proc/net/ip_vs"):
        subprocess.run(["modprobe", "ip_vs"], check=False, stderr=subprocess.DEVNULL)
        if not os.path.exists("/proc/net/ip_vs"):
            pytest.fail("this kernel has no IPVS: run the test with tests/lab/vm", pytrace=False)
    if item.get_closest_marker("systemd") and (os.environ.get("LAB_VM") != "1" or not os.path.isdir("/run/systemd/system")):
        pytest.fail("changes systemd's units: run the test with tests/lab/vm --systemd", pytrace=False)
