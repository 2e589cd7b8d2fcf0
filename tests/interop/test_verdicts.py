# SPDX-License-Identifier: GPL-2.0-or-later
"""Every difference between our verdict and the packaged keepalived's, over all configurations of the tests, is one that is explained."""
import pathlib
import re
import subprocess
import sys

import pytest

import verdict_classes
import verdict_reduce

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
    classes |= {verdict_classes.NO_VERDICT, verdict_classes.NO_REST, verdict_classes.HIDDEN, verdict_classes.NEWER}
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", text)) == classes


@pytest.mark.parametrize("ours, said, theirs, told, wanted", [
    (0, [], 0, [], []),
    (5, [("error", "no such file: `a`")], 143, [], ["no-verdict"]),
    (0, [("warning", "only the first 8 characters of the password are used")], 5, ["Truncating auth_pass to 8 characters"],
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


TEXT = """global_defs {
    script_user nobody
    router_id
}
virtual_server {
    real_server 192.0.2.1 80 {
    }
}
$A=${A}
vrrp_instance V {
    notify "/bin/a b" nobody nogroup
}
"""


@pytest.mark.parametrize("status, output, lost, changed", [
    (2, "(Line 3) *** Configuration line starting `router_id` is missing", {3}, {}),
    # A block goes with the line that begins or ends it.
    (2, "(f: Line 2) odd\n(f: Line 5) *** Configuration line starting", {5, 6, 7, 8}, {}),
    (139, "(f: Line 7) has no urls", {6, 7}, {}),
    (143, "", set(), {2: "    script_user root", 11: '    notify "/bin/a b"'}),
    (124, "", {9}, {}),
])
def test_left_out(status, output, lost, changed):
    wanted = [changed.get(n, "" if n in lost else line) for n, line in enumerate(TEXT.splitlines(), 1)]
    said = iter([(status, output), (0, "")])
    texts = []

    def run(text):
        texts.append(text)
        return next(said)

    assert verdict_reduce.rest("f", TEXT, run)
    assert texts[1].splitlines() == wanted


@pytest.mark.parametrize("status, output", [(0, ""), (2, "(g: Line 3) in another file"), (139, "no message"), (77, "(Line 99) odd")])
def test_nothing_left(status, output):
    assert not verdict_reduce.rest("f", TEXT, lambda _: (status, output))


def test_last_messages_lost():
    """The block without which it comes to the end is found."""
    seen = []

    def run(text):
        seen.append(text)
        return (139, "(f: Line 2) odd") if "vrrp_instance" in text else (5, "")

    assert verdict_reduce.rest("f", TEXT, run)
    assert seen[-1].splitlines() == TEXT.splitlines()[:9] + [""] * 3
