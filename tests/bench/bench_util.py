# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: the same measurement on ours and on the packaged keepalived, alternating, in one run. The result is a ratio of
medians; figures of one machine mean nothing on another. A benchmark prints and never fails a test."""
import argparse
import collections
import os
import pathlib
import re
import signal
import statistics
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
from lib_daemon import PACKAGED, our_binary  # noqa: E402
from lib_lab import Lab  # noqa: E402
from lib_util import wait_until  # noqa: E402


def arguments(doc, **defaults):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=our_binary())
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def settle(daemon, seconds):
    """Lets the daemon run for a while that is part of what is measured; it must live through it."""
    threading.Event().wait(seconds)
    assert daemon.alive(), daemon.report()


def cpu_seconds(pid):
    """User and system time of the process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sent_packets(host, ifname="eth0"):
    return host.ipr.get_links(host.index(ifname))[0].get_attr("IFLA_STATS64")["tx_packets"]


def vm_rss(pid):
    """Kilobytes."""
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.M)[1])


def lateness(daemon):
    """How many timers of our VRRP process were late, by the upper bound in microseconds, so far."""
    file = daemon.path("/tmp/keepalived.data")
    file.unlink(missing_ok=True)
    daemon.send_signal(signal.SIGUSR1)
    text = wait_until(lambda: file.exists() and "VRRP timers" in (text := file.read_text()) and text, 5, "data")
    return collections.Counter({float(bound): int(count) for bound, count in re.findall(r"^   up to (\d+) usecs = (\d+)$", text, re.M)} |
                               {float("inf"): int(count) for count in re.findall(r"^   beyond = (\d+)$", text, re.M)})


def late_percentile(late, percent):
    """The bound in microseconds that so many of them do not exceed; 0 when there are none."""
    seen = 0
    for bound in sorted(late):
        seen += late[bound]
        if seen * 100 >= sum(late.values()) * percent:
            return bound
    return 0


def late_text(late):
    return ", ".join(f"{percent}% up to {late_percentile(late, percent):g} us" for percent in (50, 99, 100))


def report(what, unit, ours, packaged):
    ratio = f"{ours / packaged:.2f}" if packaged else "-"
    print(f"{what}: ours {ours:.2f} {unit}, packaged {packaged:.2f} {unit}, ratio {ratio}", flush=True)


def compare(what, unit, options, measure):
    """Runs measure(lab, binary) alternately for both and prints the medians and their ratio."""
    figures = {options.binary: [], PACKAGED: []}
    for _ in range(options.runs):
        for binary in figures:
            with tempfile.TemporaryDirectory() as folder:
                lab = Lab(pathlib.Path(folder))
                try:
                    figures[binary].append(measure(lab, binary))
                finally:
                    lab.close()
    report(what, unit, statistics.median(figures[options.binary]), statistics.median(figures[PACKAGED]))
