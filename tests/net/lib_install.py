# SPDX-License-Identifier: GPL-2.0-or-later
"""`make install` of the build under test."""
import os
import pathlib
import subprocess

from lib_daemon import ROOT, our_binary


def build_folder():
    """The folder that the binary under test was made in."""
    folder = pathlib.Path(our_binary()).resolve().parents[1]
    assert (folder / "Makefile").exists(), f"{folder} is no build folder: make install is tested where the binary was made"
    return folder


def make(target, destdir=None, folder=None):
    """Runs make; what it would do to bring configure up to date is no part of an installation."""
    command = ["make", "--no-print-directory", "-C", str(folder or build_folder()), target, "AUTOCONF=:", "AUTOMAKE=:",
               "ACLOCAL=:", "AUTOHEADER=:"]
    if destdir is not None:
        command.append(f"DESTDIR={destdir}")
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=600, env=environment)
    assert done.returncode == 0, f"{command}:\n{done.stdout}"
    return done.stdout


def files(folder):
    """All files below, as paths from the folder on."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


__all__ = ["ROOT", "build_folder", "files", "make"]
