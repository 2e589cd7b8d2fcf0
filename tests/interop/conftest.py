# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab of the network tests, for those that need other programs as well."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))

from lib_pytest import lab, pytest_runtest_makereport  # noqa: E402, F401
