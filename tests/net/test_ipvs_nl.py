# SPDX-License-Identifier: GPL-2.0-or-later
"""The programming of IPVS against a kernel that has it; ipvs_nl_test.c makes its own network namespaces."""
import os
import pathlib
import subprocess

import pytest

PROGRAM = pathlib.Path(os.environ.get("KA_BINARY", "build/plain/src/keepalived")).parent.parent / "tests/net/ipvs_nl_test"


@pytest.mark.ipvs
def test_ipvs_nl():
    result = subprocess.run([PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240, check=False,
                            env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
    print(result.stdout)
    plan = int(result.stdout.split("1..", 1)[1].split()[0])
    passed = [line for line in result.stdout.splitlines() if line.startswith("ok ")]
    assert result.returncode == 0 and len(passed) == plan > 0
