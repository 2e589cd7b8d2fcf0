# SPDX-License-Identifier: GPL-2.0-or-later
"""Every mistake of the table in tests/conf/mistakes has its file, and what the table says is said about it."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONF = ROOT / "tests/conf"
TABLE = (CONF / "mistakes/README.md").read_text()
ROWS = [re.split(r"(?<!\\)\|", line)[1:-1] for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
ROWS = [[cell.strip().replace(r"\|", "|") for cell in row] for row in ROWS if "shown by" not in row[1]]


@pytest.mark.parametrize("mistake, shown_by, said", ROWS, ids=lambda text: text[:40])
def test_row(mistake, shown_by, said):
    name, _, test = shown_by.strip("`").partition("::")
    if test:
        assert test in (ROOT / name).read_text()
        return
    assert (CONF / name).is_file()
    diags = (CONF / f"{name}.diags").read_text()
    if said == '"nothing"':
        assert "error" not in diags and all("not supported yet" in line for line in re.findall(r"(?m)^\S+: warning: .*", diags)), mistake
    else:
        assert said.strip('"') and said.strip('"') in diags


def test_complete():
    """The table is long, and no file stands here for nothing."""
    named = {row[1].strip("`") for row in ROWS}
    assert len(ROWS) > 90
    assert {f"mistakes/{file.name}" for file in (CONF / "mistakes").glob("*.conf")} <= named
