# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left of a configuration when the packaged keepalived's test ended without a verdict, so that the rest of it can be compared.

It stops at the first keyword without its value and says at which line; it crashes behind its last message, mostly at the end of a checker that
lacks something; it loops where a definition contains itself, and in lists of trackers. The line or block is left out, and then the next one, until it
comes to the end; where its last messages are lost, the first block without which it does so. It ends itself when a script would run as another user than root: all of them run as root then."""
import re

SCRIPT = r"(?:notify\w*|script|misc_path|quorum_\w+|\w+_script)"
MOST = 200                      # lines and blocks that are left out
STOPPED, LOOPED, ENDED_ITSELF = 2, 124, 143
VERDICTS = 0, 5, 6


def last_line(file, output):
    """The number of the line that its last message is about, or None. A line of an included file is none."""
    found = re.findall(rf"(?m)^\((?:{re.escape(file)}: )?Line (\d+)\) ", output)
    return int(found[-1]) if found else None


def depth_of(line):
    line = re.sub(r"[#!].*", "", line)
    return line.count("{") - line.count("}")


def block_around(lines, at):
    """The first and the last line of the innermost block that `at` is in, or begins, or ends; (at, at) outside of all blocks."""
    first, depth = at, depth_of(lines[at])
    wanted = 0 if depth < 0 else 1
    while depth < wanted and first > 0:
        first -= 1
        depth += depth_of(lines[first])
    depth = 0
    for last in range(first, len(lines)):
        depth += depth_of(lines[last])
        if depth <= 0 and (last > first or depth_of(lines[last]) <= 0):
            return (first, last) if last >= at else (at, at)
    return at, at


def without_line(text, number, whole_block):
    """The text with that line empty, or the block around it; None when there is nothing to leave out."""
    lines = text.splitlines()
    if not number or not 0 < number <= len(lines):
        return None
    first = last = number - 1
    if whole_block or depth_of(lines[first]):
        first, last = block_around(lines, first)
    lines[first:last + 1] = [""] * (last + 1 - first)
    return "\n".join(lines) + "\n"


def without_loops(text):
    return re.sub(r"(?m)^.*\$(\w+)=.*\$\{?\1\b.*", "", text)


def as_root(text):
    text = re.sub(r"(?m)^(\s*script_user)\s.*", r"\1 root", text)
    text = re.sub(r"(?m)^(\s*user)\s+[^\s{}]+.*", r"\1 root", text)
    return re.sub(rf"""(?m)^(\s*{SCRIPT}\s+(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'#]+))[ \t]+[\w.-]+(?:[ \t]+[\w.-]+)?[ \t]*$""", r"\1", text)


def outer_blocks(text):
    """The number of the first line of each block that is in no other."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not depth and depth_of(line) > 0:
            yield number
        depth += depth_of(line)


def smaller(file, text, status, output):
    """What the text may be without what the packaged one ended at, the likeliest first."""
    again = as_root(text) if status == ENDED_ITSELF else without_loops(text) if status == LOOPED else text
    if again != text:
        yield again
    yield without_line(text, last_line(file, output), whole_block=status != STOPPED)
    if status != STOPPED:               # its last messages are lost
        for number in outer_blocks(text):
            yield without_line(text, number, whole_block=True)


def rest(file, text, run):
    """True when `run(text)`, which gives (status, output), was brought to a verdict on a part of the text. `file` is the name it uses for it."""
    status, output = run(text)
    reduced = text
    for _ in range(MOST):
        if status in VERDICTS:
            return reduced != text
        before = status
        for again in smaller(file, reduced, status, output):
            if again in (None, reduced):
                continue
            status, output = run(again)
            if status in VERDICTS or status != before or status in (STOPPED, ENDED_ITSELF):
                break
        else:
            return False
        reduced = again
    return False
