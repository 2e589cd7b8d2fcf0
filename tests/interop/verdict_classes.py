# SPDX-License-Identifier: GPL-2.0-or-later
"""The classes into which differences of verdicts fall, by what the two programs say. doc/compatibility.md explains each of them.

A class is recognised by messages, never by the name of a file: of `THEIRS`, what the packaged keepalived's test counts as a mistake and ours
does not, and what ours says about it (None: nothing, deliberately); of `OURS`, our errors about what the packaged one takes in silence."""
import re

NO_VERDICT = "no-verdict"               # the packaged one stopped half-way: what is left of the file was compared
NO_REST = "no-comparison"               # it died or looped, and nothing could be compared
HIDDEN = "hidden-by-security"           # it ends with 6 and had mistakes to tell, too
NEWER = "newer-form"                    # 2.2.7 does not know it, ours does

# (class, message of the packaged one, what ours says in its place)
THEIRS = [
    ("value-adjusted", r"^Truncating auth_pass to 8 characters", r"^only the first 8 characters"),
    ("value-adjusted", r"exceeds total weight of real servers", r"^the quorum is more than the weight"),
    ("value-adjusted", r"advertisement interval .*(must be an integer|must be in units)", r"version [23] has (whole seconds|steps)"),
    ("value-adjusted", r"greater than maximum \d+ - setting to maximum", r"is out of range: .* is used"),
    ("value-adjusted", r"^vrrp_garp_master_repeat must be greater than", r"is out of range: .* is used"),
    ("value-adjusted", r"^\S+ (must|should) be (between|greater|less)", r"is out of range: .* is used"),
    ("value-adjusted", r"max_hops exceeds ttl/hoplimit - setting to", r"^`max_hops` of .* is more than its ttl"),
    ("value-adjusted", r"has too many decimal places", r"is rounded to"),
    ("value-adjusted", r"matches sorry server, but inhibit setting differs", r"^the sorry_server is the real_server of line"),
    ("value-adjusted", r"^Route cannot be tracked if protocol is not RTPROT_KEEPALIVED", r"a route cannot be tracked: 18 is used"),
    ("option-ignored", r"Warning - nopreempt will not work with initial state MASTER", r"^`nopreempt` does not work with state MASTER"),
    ("option-ignored", r"nopreempt is incompatible with priority 255", r"`nopreempt`"),
    ("option-ignored", r"protocol specified for fwmark - protocol will be ignored", r"^a service by firewall mark has no protocol"),
    ("option-ignored", r"^Cannot specify scope for IPv6 addresses", r"^the scope of an IPv6 address"),
    ("option-ignored", r"tracked interface weight due to SYNC group", r"has a weight, which has no effect here"),
    ("option-ignored", r"has no real servers - ignoring", r"has no real_server: it is not programmed"),
    ("port-of-service", r"ports don't match - resetting", r"has the virtual server's port"),
    ("port-unused", r"ports don't match$|^WARNING - virtual server .*, sorry server has port specified", None),
    ("port-unused", r"^WARNING - fwmark virtual server .* has port specified|sorry server has port specified - clearing", None),
    ("own-interface", r"^\(.*\) Ignoring track_interface \S+ since own interface", r"the instance's own interface, which is tracked anyway"),
    # With dont_track_primary it is tracked because of this line, and weighs what the line says.
    ("own-interface", r"^\(.*\) Ignoring track_interface \S+ since own interface", None),
    ("default-used", r"no scheduler set, setting default", r"^`lb_algo` is not given"),
    ("default-used", r"no forwarding method set, setting default NAT", r"^`lb_kind` is not given"),
    ("default-used", r"^Rule has no preference specified", r"^a rule without `preference`"),
    ("default-used", r"unicast with use_vmac requires vmac_xmit_base - setting", None),
    ("default-used", r"promote_secondaries is automatically set for vmacs", None),
    ("route-without-interface", r"^Warning - cannot track route .* with no interface specified", None),
    ("no-address", r"No VIP specified; at least one is sensible", r"has no virtual address"),
    ("lone-member", r"^Sync group \S+ has only \d+ virtual router", r"has one member"),
    ("no-peer", r"Cannot use unicast_ttl without unicast peers", r"^`unicast_ttl` without `unicast_peer`"),
    ("no-peer", r"A unicast keyword has been specified without any unicast peers", r"adverts are sent to the multicast group"),
    ("old-word", r"is deprecated", r"is the old word for|is an old word|means the same|no longer exists|lvs_sync_daemon"),
    ("old-word", r"^Unknown keyword '(lvs_id|nat_mask|net_mask|nb_get_retry|smtp_connection_timeout)'",
     r"no longer exists|never had an effect|is no keyword of TCP_CHECK|is not a keyword, though"),
    ("zero-is-off", r"^number '0(\.0*)?' outside range", r" 0` means no |`0` is out of range"),
    ("zero-is-off", r"^(persistence_timeout invalid|vrrp_g(arp|na)_interval '0' is invalid)", r" 0` means no "),
    ("said-twice", r"already specified - (replacing|ignoring)|already specified for \S+ - ignoring", r"was given before|stands on line|already"),
    ("empty-list", r"^Warning - empty notification_email block", None),
    ("empty-list", r"^virtual server group \S+ has no entries - removing", r"^`virtual_server_group \S+` is empty"),
    ("not-built-in", r"^iptables not supported, using nftables instead", None),
    ("not-built-in", r"^Unknown keyword '(vrrp_ipsets|vrrp_iptables)'|^nftables already specified", None),
    ("newer-form", r"^(VRRP parsed invalid IP|Invalid peer address) [\da-f:.]+/\d+", None),
    ("newer-form", r"^\(\S+\) Unknown interface!$", None),
    ("newer-form", r"^Unknown umask bit IRWX[UGO]$", None),
    ("as-documented", r"^Duplicate include_check '[a-z_]+' specified", None),
    ("option-ignored", r"is incompatible with strict mode - resetting", r"^strict mode does not allow"),
    ("newer-form", r"is incompatible with strict mode - resetting", None),                   # vrrp_strict off
    ("unused-script", r"^Disabling track script \S+ since not found/accessible", r"^`vrrp_script \S+` is never used"),
    ("unused-script", r"^SECURITY VIOLATION - scripts are being", r"^`vrrp_script \S+` is never used"),
    ("later-definition", r"^track_group \S+ not found|track (script|file|process|bfd|group) \S+ not found, ignoring", None),
    ("later-definition", r"^s[hy]-(port|fallback) only applies to \S+ scheduler", None),
    ("of-the-machine", r"^Invalid cpu_id:\d+ specified for|^number '\d+' outside range \[0, 1\]$", None),
    ("invisible", r"^Unknown keyword '.*[^\x00-\x7f]", r"^invisible character"),
    ("invisible", r"^\(\S+\) the virtual router id must be set", r"^invisible character"),
    ("decimals", r"^invalid number '\d+\.\d+'$", None),
    ("decimals", r"^Invalid child_wait_time \d+\.\d+", None),
    ("decimals", r"^Invalid vrrp_garp_master_refresh '\d+\.\d+'", None),
    ("stray-backslash", r"^Unknown keyword '\\'$", None),
]

# (class, our error)
OURS = [
    ("file-missing", r"^no such file: |^no file matches |^cannot read .*: (Is a directory|not a regular file)$|is executable and therefore no configuration"),
    ("nameless-condition", r"^a name must stand right behind this `@"),
    ("script-missing", r"^[\w_]+: Script '.*' (cannot be run now|is not found in \$PATH|is not an executable file)"),
    ("script-missing", r"^Script \w+: (user|group) '.*' does not exist"),
    ("impossible-address", r"is an? (multicast|loopback|unspecified|broadcast) address and cannot be|cannot be one of these"),
    ("impossible-value", r"`persistence_granularity`: .* is not a netmask"),
    ("value-missing", r"^`[^`]*` needs a value"),
    ("exists-already", r"exists already, on line \d+"),
    ("same-mac", r"^a VMAC of `[^`]*` .* has the same MAC address"),
    ("bytes", r"^the line holds NUL bytes|^the file is UTF-(16|32) text"),
]


def is_security(line):
    return "SECURITY VIOLATION" in line or line.startswith("Unsafe permissions found")


def is_neutral(line):
    """What it prints without counting it, or in addition to the message that says it."""
    return bool(re.search(r"^WARNING - default user|^WARNING - script|Config files missing", line))


def harmless(line, texts):
    """The class of a packaged message about what we do not take for a mistake, or None."""
    for name, theirs, ours in THEIRS:
        if re.search(theirs, line) and (ours is None or any(re.search(ours, text) for text in texts)):
            return name
    unknown = re.match(r"Unknown keyword '(\w+)'$", line)
    if unknown and not any(text.startswith("unknown keyword") and f"`{unknown[1]}`" in text for text in texts):
        return NEWER
    return None


def mistake(text, texts):
    """The class of an error of ours about what the packaged one takes, or None."""
    if any("end in CR alone" in other for other in texts):
        return "bytes"
    return next((name for name, ours in OURS if re.search(ours, text)), None)


def classes_of(our_status, ours, their_status, theirs):
    """The ids of the classes that explain the difference, or a text with "?" for what is in none; empty when the verdicts are equal. `ours`:
    the diagnostics, as (severity, text); `theirs`: messages without their places."""
    if our_status == their_status:
        return []
    if their_status not in (0, 4, 5, 6):
        return [NO_VERDICT]
    texts, theirs = [text for _, text in ours], list(theirs)
    said = {line for line in theirs if not is_security(line) and not is_neutral(line)}
    if our_status == 5:
        if their_status == 6 and any(harmless(line, texts) is None for line in said):
            return [HIDDEN]
        return sorted({mistake(text, texts) or f"? ours: {text}" for severity, text in ours if severity == "error"})
    reasons = set()
    if their_status == 5:
        reasons = {harmless(line, texts) or f"? packaged: {line}" for line in said} or {"? packaged: 5 without a message"}
    elif 6 in (our_status, their_status):
        found = {harmless(line, texts) for line in theirs if is_security(line)} - {None}
        reasons = found if found and their_status == 6 else {"? security"}
    else:
        reasons = {f"? {our_status} and {their_status}"}
    return sorted(reasons)
