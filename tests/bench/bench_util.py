# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: the same measurement on ours and on the packaged keepalived, alternating, in one run. The result is a ratio of
medians; figures of one machine mean nothing on another. A benchmark prints and never fails a test."""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "net"))
from lib_daemon import PACKAGED, our_binary  # noqa: E402
from lib_lab import Lab  # noqa: E402


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
