# SPDX-License-Identifier: GPL-2.0-or-later
"""doc/conformance.md names tests that exist, and says something about every demand."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in (ROOT / "doc/conformance.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith(("| §", "| ---"))]


def exists(file, name):
    path = ROOT / "tests" / file
    if not path.exists():
        return False
    pattern = rf"^def {name}\(" if path.suffix == ".py" else rf"cmocka_unit_test\w*\({name}[,)]"
    return re.search(pattern, path.read_text(), re.MULTILINE) is not None


def test_every_row_is_whole():
    assert len(ROWS) > 60
    assert [row for row in ROWS if len(row) not in (4, 5) or not all(row[:4])] == []


def test_named_tests_exist():
    named = [pair for row in ROWS for pair in re.findall(r"`([\w/]+\.\w+)::(\w+)`", row[4] if len(row) > 4 else "")]
    assert len(named) > 60
    assert sorted({f"{file}::{name}" for file, name in named if not exists(file, name)}) == []


def test_without_a_test_only_what_is_not_ours():
    """What no test shows is the kernel's, another program's, or needs an option."""
    untested = [row for row in ROWS if len(row) == 4 or not row[4].strip(" |")]
    assert [row[2] for row in untested if not re.search(r"the kernel's|another program's|`use_vmac`|`no_accept`|none at all", row[3])] == []
