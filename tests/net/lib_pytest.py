# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of several folders share with pytest: the lab of a test, and its report when the test fails."""
import pytest

from lib_lab import Lab


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.failed and lab is not None:
        report.sections.append(("the lab's processes", lab.report()))


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    try:
        yield lab
    finally:
        lab.close()
