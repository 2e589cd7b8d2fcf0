# SPDX-License-Identifier: GPL-2.0-or-later
"""Every difference between our verdict and the packaged keepalived's, over all configurations of the tests, is one that is explained."""
import pathlib
import re
import subprocess
import sys

import pytest

import verdict_classes

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def test_golden_files():
    done = subprocess.run([sys.executable, str(HERE / "verdicts.py"), "--print", "--details=20", str(ROOT / "tests/conf")], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    counts = dict((name, int(n)) for n, name in re.findall(r"(?m)^ *(\d+)  (\S+)$", done.stdout))
    # Both had something to say, or nothing was compared.
    assert done.returncode == 0 and counts["same"] > 30 and len(counts) > 10, done.stdout


def test_documented():
    """Each class is explained, and nothing else is."""
    text = (ROOT / "doc/compatibility.md").read_text().partition("## Verdicts that differ")[2]
    classes = {name for name, *_ in verdict_classes.THEIRS + verdict_classes.OURS}
    classes |= {verdict_classes.NO_VERDICT, verdict_classes.HIDDEN, verdict_classes.NEWER}
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", text)) == classes


@pytest.mark.parametrize("ours, said, theirs, told, wanted", [
    (0, [], 0, [], []),
    (5, [("error", "no such file: `a`")], 143, [], ["no-verdict"]),
    (0, [("warning", "only the first 8 of the 12 characters of the password are used")], 5, ["Truncating auth_pass to 8 characters"],
     ["value-adjusted"]),
    # What the packaged one counts must be told by ours, too.
    (0, [], 5, ["Truncating auth_pass to 8 characters"], ["? packaged: Truncating auth_pass to 8 characters"]),
    # One explained message explains no other.
    (0, [], 5, ["Unknown keyword 'json_version'", "(A) is odd"], ["? packaged: (A) is odd", "newer-form"]),
    (6, [("warning", "SECURITY VIOLATION")], 5, ["SECURITY VIOLATION - x", "odd"], ["? packaged: odd"]),
    # A word that ours does not know either is not a newer one.
    (0, [("warning", "unknown keyword `wrong` in vrrp_instance")], 5, ["Unknown keyword 'wrong'"], ["? packaged: Unknown keyword 'wrong'"]),
    # An error of ours where the packaged one is content must be known to be hidden by it.
    (5, [("error", "no such file: `a`"), ("error", "odd"), ("warning", "well")], 0, [], ["? ours: odd", "file-missing"]),
    (5, [("error", "odd")], 6, ["SECURITY VIOLATION - x"], ["? ours: odd"]),
    (5, [("error", "odd")], 6, ["SECURITY VIOLATION - x", "Unknown keyword 'x'", "bad"], ["hidden-by-security"]),
    (0, [], 6, ["SECURITY VIOLATION - x"], ["? security"]),
    (0, [("warning", "`vrrp_script a` is never used: nothing tracks it")], 6, ["SECURITY VIOLATION - scripts are being x"], ["unused-script"]),
    (6, [], 0, [], ["? security"]),
    (0, [], 5, [], ["? packaged: 5 without a message"]),
    (4, [], 0, [], ["? 4 and 0"]),
])
def test_classes(ours, said, theirs, told, wanted):
    assert verdict_classes.classes_of(ours, said, theirs, told) == wanted
