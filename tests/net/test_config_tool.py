# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived -t and --print-config on a machine: exit statuses, JSON, what is absent, and what a start makes of a broken file."""
import json
import os
import subprocess

import pytest

from lib_util import wait_until

INSTANCE = """
vrrp_instance V {{
	interface {interface}
	virtual_router_id 51
	priority 100
	{more}
	virtual_ipaddress {{
		10.0.0.100/24
	}}
}}
"""
SERVER = """
virtual_server 10.9.0.1 80 {{
	lb_algo rr
	lb_kind {kind}
	protocol TCP
	real_server 10.8.0.1 80 {{
		TCP_CHECK {{
		}}
	}}
}}
"""


def instance(more="", interface="eth0"):
    return INSTANCE.format(interface=interface, more=more)


def server(kind="DR"):
    return SERVER.format(kind=kind)


@pytest.fixture
def host(lab):
    return lab.host("director", "10.0.0.36/24")


def run_test(lab, host, text, *args):
    daemon = lab.daemon(host, text, start=False)
    return daemon.run([daemon.binary, "-t", *args])


def findings(lab, host, text, *args):
    """Exit status, and the diagnostics as (severity, code, text)."""
    done = run_test(lab, host, text, "--json", *args)
    return done.returncode, [(d["severity"], d.get("code"), d["text"]) for d in json.loads(done.stdout)]


def test_word_behind_the_option_is_no_log(lab, host):
    text = instance()
    daemon = lab.daemon(host, text, start=False)
    file = daemon.path("/etc/keepalived/keepalived.conf")
    done = daemon.run([daemon.binary, "-t", "/etc/keepalived/keepalived.conf"])
    assert done.returncode == 0 and "Not an option, ignored: /etc/keepalived/keepalived.conf" in done.stderr
    assert file.read_text() == text
    for option in "-t/tmp/log", "--config-test=/tmp/log":
        daemon.configure(instance("no_such_word"))
        done = daemon.run([daemon.binary, option])
        assert done.returncode == 5 and not done.stderr
        assert "no_such_word" in daemon.path("/tmp/log").read_text()
        daemon.path("/tmp/log").unlink()


def test_json(lab, host):
    daemon = lab.daemon(host, "", start=False)
    daemon.path("/etc/keepalived/keepalived.conf").write_bytes(
        b"vrrp_instance V {\n\tinterface eth0\n\tvirtual_router_id 51\n\tpriority 100\n"
        b"\tauthentication {\n\t\tauth_type PASS\n\t\tauth_pass geheim\xff123\n\t}\n\twro\xff\xfeng \"\x01\"\n"
        b"\tvirtual_ipaddress {\n\t\t10.0.0.100/24\n\t}\n}\n")
    done = daemon.run([daemon.binary, "-t", "--json"])
    assert done.returncode == 5 and done.stderr == "" and "geheim" not in done.stdout
    report = json.loads(done.stdout)
    wrong = [d for d in report if d["severity"] == "error"]
    assert [(d["file"], d["line"], d["column"]) for d in wrong] == [("/etc/keepalived/keepalived.conf", 9, 2)]
    assert wrong[0]["source"] == '\twro\ufffd\ufffdng "\x01"' and "`wro\ufffd\ufffdng`" in wrong[0]["text"]
    assert any(d["source"].rstrip().endswith("auth_pass ********") for d in report if d["severity"] == "warning")
    # The same into a file; a clean configuration is an empty list.
    logged = daemon.run([daemon.binary, "--config-test=/tmp/findings", "--json"])
    assert (logged.returncode, logged.stdout, logged.stderr) == (5, "", "")
    assert json.loads(daemon.path("/tmp/findings").read_text()) == report
    daemon.configure(instance())
    done = daemon.run([daemon.binary, "-t", "--json"])
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", [])
    # The printed configuration has the standard output for itself.
    done = daemon.run([daemon.binary, "--print-config", "--json"])
    assert done.returncode == 0 and "vrrp_instance" in done.stdout and json.loads(done.stderr) == []


@pytest.mark.parametrize("args, wanted", [
    (["-f", "/nowhere/at.all"], 4), (["-f", "/nowhere/*.conf"], 4), (["-f", "/etc"], 4), (["-f", "/etc/keepalived/*.conf"], 0),
])
def test_files(lab, host, args, wanted):
    done = run_test(lab, host, instance(), *args)
    assert done.returncode == wanted
    assert (args[1] in done.stderr) == bool(wanted)


def test_a_log_that_cannot_be_written(lab, host):
    done = run_test(lab, host, instance("worng"), "-t=/nowhere/log")
    assert done.returncode == 4 and "/nowhere/log" in done.stderr


def test_a_log_that_somebody_prepared(lab, host):
    """No link is followed, no pipe waited for; what can be written is."""
    daemon = lab.daemon(host, instance(), start=False)
    target, link, pipe = (daemon.path(f"/tmp/{name}") for name in ("target", "link", "pipe"))
    target.write_text("as it was\n")
    link.symlink_to(target)
    os.mkfifo(pipe)
    for name, said in (("link", "it is a symbolic link"), ("pipe", "No such device or address")):
        done = daemon.run([daemon.binary, f"-t=/tmp/{name}"])
        assert done.returncode == 4 and said in done.stderr
    assert target.read_text() == "as it was\n"
    assert daemon.run([daemon.binary, "-t=/dev/null"]).returncode == 0


def test_a_print_that_cannot_be_written(lab, host):
    daemon = lab.daemon(host, instance(), start=False)
    done = daemon.run(["sh", "-c", f"exec {daemon.binary} --print-config >/dev/full"])
    assert done.returncode == 4 and "cannot write the configuration: No space left on device" in done.stderr


@pytest.mark.parametrize("args", [["--json"], ["--other-host"], ["--show-secrets"], ["-t", "--show-secrets"]])
def test_words_that_need_another(lab, host, args):
    daemon = lab.daemon(host, instance(), start=False)
    done = daemon.run([daemon.binary, "-n", *args])
    assert done.returncode == 1 and args[-1] in done.stderr and not daemon.alive()


def test_security_hides_nothing(lab, host):
    text = "global_defs {\n\tscript_user root\n}\n" + instance("notify /bin/true")
    status, said = findings(lab, host, text)
    assert status == 6
    [(severity, code, finding)] = said
    assert (severity, code) == ("warning", "script_security")
    assert "/bin/true" in finding and "As root" in finding and "`enable_script_security`" in finding
    status, said = findings(lab, host, text + "worng\n")
    assert status == 5 and {s[0] for s in said} == {"warning", "error"}


def test_what_is_absent(lab, host):
    text = ("global_defs {\n\tenable_script_security\n\tscript_user nobody\n}\n"
            + instance('notify /nowhere/tell\n\tnotify_master "/bin/true" no-such-user\n\tmcast_src_ip 10.0.0.77', interface="eth9"))
    status, said = findings(lab, host, text)
    assert status == 5
    levels = {word: severity for word in ("/nowhere/tell", "no-such-user", "`eth9`", "10.0.0.77") for severity, _, t in said if word in t}
    assert levels == {"/nowhere/tell": "error", "no-such-user": "error", "`eth9`": "warning", "10.0.0.77": "warning"}
    status, said = findings(lab, host, text, "--other-host")
    assert status == 0
    assert {severity for severity, _, _ in said} == {"warning"} and len(said) == 3


def test_looks_into_the_namespace(lab, host):
    name = "ka_test_config"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "add", "inner0", "type", "veth"], check=True)
        text = f"net_namespace {name}\n" + instance(interface="inner0") + instance(interface="eth0").replace("V ", "W ").replace(
            "51", "52").replace("10.0.0.100", "10.0.0.101")
        status, said = findings(lab, host, text)
        assert status == 0 and len(said) == 1 and "`eth0`" in said[0][2]
        # Mistakes are found whether it is there or not.
        status, said = findings(lab, host, text.replace(name, "nowhere").replace("priority", "prioritty", 1))
        assert status == 5 and any("prioritty" in t for _, _, t in said) and any("`nowhere`" in t for _, _, t in said)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def test_print_config(lab, host):
    text = instance("authentication {\n\t\tauth_type PASS\n\t\tauth_pass s3cret\n\t}").replace("10.0.0.100", "10.9.0.1") + server()
    daemon = lab.daemon(host, text, start=False)
    done = daemon.run([daemon.binary, "--print-config"])
    assert (done.returncode, done.stderr) == (0, "")
    assert "auth_pass ********\n" in done.stdout and "s3cret" not in done.stdout and "advert_int 1" in done.stdout
    shown = daemon.run([daemon.binary, "--print-config", "--show-secrets"])
    assert "auth_pass s3cret\n" in shown.stdout
    # What it prints means the same.
    daemon.configure(shown.stdout)
    again = daemon.run([daemon.binary, "--print-config", "--show-secrets"])
    assert (again.returncode, again.stdout) == (0, shown.stdout)
    # With mistakes: what is left, and the exit status of -t.
    daemon.configure(text + "worng\n")
    done = daemon.run([daemon.binary, "--print-config"])
    assert done.returncode == 5 and "worng" in done.stderr and "vrrp_instance V {" in done.stdout
    assert done.stdout.startswith("# The file has errors")


def test_a_start_keeps_what_can_run(lab, host):
    daemon = lab.daemon(host, instance() + instance(interface="lo").replace("V ", "W ").replace("51", "52").replace("0.100", "0.101")
                        + "worng\n")
    daemon.wait_log("^Startup complete")
    daemon.wait_log(r"keepalived\.conf:\d+:1: error: unknown keyword `worng`")
    daemon.wait_log(r"\(W\): entering FAULT state \(its interface is the loopback\)")
    wait_until(lambda: "10.0.0.100/24" in host.addresses("eth0"), 10)
    assert "10.0.0.101/24" not in host.addresses("eth0")


@pytest.mark.parametrize("text", [instance(interface="lo"), server(kind="FOO"), "vrrp_instence V {\n}\n", instance(interface="lo") + server("FOO")])
def test_a_start_with_nothing_left(lab, host, text):
    daemon = lab.daemon(host, text, start=False)
    assert daemon.start().process.wait(10) == 2
    daemon.wait_log("^Nothing of the configuration can run")
    assert not daemon.alive()


def test_a_virtual_server_that_is_held_back_is_named(lab, host):
    daemon = lab.daemon(host, instance() + server("FOO"))
    daemon.wait_log(r"^virtual_server \[10\.9\.0\.1\]:80 is not programmed: ")


def test_a_reload_with_errors_is_refused(lab, host):
    daemon = lab.daemon(host, instance())
    daemon.wait_log("^Startup complete")
    before = daemon.pids()
    daemon.configure(instance(interface="lo"))
    done = daemon.run([daemon.binary, "--reload"])
    assert done.returncode == 5 and "loopback" in done.stderr
    assert daemon.pids() == before
    # A warning refuses nothing.
    daemon.configure(instance("priority 120"))
    done = daemon.run([daemon.binary, "--reload"])
    assert done.returncode == 0 and "given before" in done.stderr


def test_nothing_to_run(lab, host):
    status, said = findings(lab, host, "# nothing yet\n")
    [(severity, _, finding)] = said
    assert status == 0 and severity == "warning" and "no statement" in finding
    status, said = findings(lab, host, "global_defs {\n\trouter_id a\n}\n")
    [(severity, _, finding)] = said
    assert status == 0 and severity == "warning" and "no vrrp_instance and no virtual_server" in finding


@pytest.mark.parametrize("what", ["absent", "folder"])
def test_start_without_a_file(lab, host, what):
    daemon = lab.daemon(host, instance(), start=False)
    path = lab.folder / what
    if what == "folder":
        path.mkdir()
    command = [daemon.binary, "-n", "-l", "-f", str(path), "-p", str(lab.folder / "pid")]
    assert daemon.run(command).returncode == 6
    assert daemon.run([daemon.binary, "-t", "-f", str(path)]).returncode == 4
