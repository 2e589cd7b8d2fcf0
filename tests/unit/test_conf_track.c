// SPDX-License-Identifier: GPL-2.0-or-later
/* Trackers, groups and interfaces as typed objects: values, references, and who is held back for which reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "lib/strbuf.h"
#include "notify/script_table.h"

#define INSTANCE(name, vrid, more) \
	"vrrp_instance " name " {\ninterface eth0\nvirtual_router_id " vrid "\nvirtual_ipaddress {\n192.0.2." vrid "\n}\n" more "}\n"
#define CHECK(name, more) "vrrp_script " name " {\nscript /bin/check\n" more "}\n"

static struct parsed parse_file(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct strbuf path = { 0 };
	struct parsed p;

	strbuf_addf(&path, "%s/tests/conf/track/%s", top ? top : ".", name);
	p = conf_parse_file(strbuf_str(&path));
	strbuf_done(&path);
	return p;
}

static const struct conf_vrrp *instance(const struct config *cfg, const char *name)
{
	for (unsigned i = 0; i < cfg->nvrrp; i++)
		if (!strcmp(cfg->vrrp[i].name, name))
			return &cfg->vrrp[i];
	fail_msg("no instance %s", name);
	return NULL;
}

static void expect_broken(const struct config *cfg, const char *name, const char *why)
{
	const struct conf_vrrp *v = instance(cfg, name);

	if (!why)
		assert_null(v->broken);
	else if (!v->broken)
		fail_msg("%s is not held back", name);
	else
		assert_string_equal(v->broken, why);
}

/* ---- values ---- */

static void test_scripts(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_track_script *s = p.cfg->track_scripts;
	const struct conf_script *cmd;

	(void)state;
	assert_int_equal(p.cfg->ntrack_scripts, 3);
	assert_string_equal(s[0].t.name, "chk_proxy");
	assert_true(s[0].interval == 2 * USEC_PER_SEC && s[0].timeout == 1500000);
	assert_true(s[0].rise == 2 && s[0].fall == 3 && s[0].init_fail && !s[0].readable && !s[0].t.weight);
	cmd = &p.cfg->scripts[s[0].script];
	assert_string_equal(cmd->keyword, "script");
	assert_string_equal(cmd->argv[0], "/usr/bin/pgrep");
	assert_string_equal(cmd->argv[2], "the proxy");
	assert_null(cmd->argv[3]);
	assert_string_equal(cmd->user, "nobody");
	assert_string_equal(cmd->group, "nogroup");
	/* a file that can be read: the shell says so */
	cmd = &p.cfg->scripts[s[1].script];
	assert_string_equal(s[1].readable, "</run/route.up");
	assert_string_equal(cmd->argv[0], "/bin/sh");
	assert_string_equal(cmd->argv[2], "</run/route.up");
	assert_string_equal(cmd->user, "nobody");
	assert_null(cmd->group);
	assert_true(s[1].interval == 250000 && s[1].timeout == 250000);
	assert_true(s[1].t.weight == 7 && s[1].t.reverse && s[2].t.weight == -4 && s[2].t.reverse);
	for (unsigned i = 0; i < 3; i++)
		assert_true(s[i].t.index == i && !s[i].t.broken && s[i].t.used == CONF_USED_BY_VRRP);
	parsed_done(&p);
}

static void test_processes(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_track_process *t = p.cfg->track_processes;

	(void)state;
	assert_int_equal(p.cfg->ntrack_processes, 4);
	assert_true(t[0].quorum == 2 && t[0].quorum_max == 8 && t[0].match == CONF_PARAM_ANY && !t[0].full_command);
	assert_true(t[0].terminate_delay == 500000 && t[0].fork_delay == 500000);
	assert_string_equal(t[1].argv[2], "high prio");
	assert_null(t[1].argv[3]);
	assert_true(t[1].match == CONF_PARAM_PARTIAL && t[1].full_command && t[1].quorum_max == UINT32_MAX);
	assert_true(t[1].terminate_delay == USEC_PER_SEC && t[1].fork_delay == 1);
	/* none may run, so none need run */
	assert_true(t[2].quorum == 0 && t[2].quorum_max == 0 && t[2].match == CONF_PARAM_INITIAL && t[2].full_command);
	assert_true(t[3].match == CONF_PARAM_EXACT && t[3].full_command && !t[3].t.used);
	parsed_done(&p);
}

static void test_files(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_track_file *f = p.cfg->track_files;

	(void)state;
	assert_int_equal(p.cfg->ntrack_files, 2);
	assert_string_equal(f[0].file, "/run/drain");
	assert_true(f[0].init && !f[0].overwrite && !f[0].init_value && f[0].t.weight == 1);
	assert_true(f[1].init && f[1].overwrite && f[1].init_value == -7 && f[1].t.weight == -254 && f[1].t.reverse);
	parsed_done(&p);
}

static void test_bfds(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_bfd_instance *b = p.cfg->bfds;

	(void)state;
	assert_int_equal(p.cfg->nbfds, 3);
	assert_true(b[0].min_rx == 3312 && b[0].min_tx == 50000 && b[0].idle_tx == 1500000);
	assert_true(b[0].multiplier == 3 && b[0].passive && b[0].ttl == 200 && b[0].max_hops == -1 && b[0].multihop);
	assert_true(b[0].to_vrrp && b[0].to_checkers && b[1].to_vrrp && !b[1].to_checkers && !b[2].to_vrrp && b[2].to_checkers);
	assert_true(b[1].ttl == 255 && b[1].max_hops == 255 && b[1].min_rx == 10000 && b[1].idle_tx == 1000000 && b[1].multiplier == 5);
	parsed_done(&p);
}

static void test_bfd_defaults(void **state)
{
	struct parsed p = conf_parse("bfd_instance a {\nneighbor_ip 192.0.2.1\n}\nbfd_instance b {\nneighbor_ip 2001:db8::1\n}\n");
	const struct conf_bfd_instance *b = p.cfg->bfds;

	(void)state;
	assert_true(b[0].ttl == 255 && b[1].ttl == 64 && b[0].to_vrrp && b[0].to_checkers && !b[0].t.weight && !b[0].max_hops);
	parsed_done(&p);
}

/* ---- uses ---- */

static void test_uses(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_vrrp *v = instance(p.cfg, "VI_in");
	const struct conf_track_uses *u = v->trackers;

	(void)state;
	assert_int_equal(v->ntrack_ifs, 3);
	assert_true(v->track_ifs[1].weight == -20 && v->track_ifs[2].reverse);
	assert_int_equal(u[CONF_TRACK_SCRIPT].n, 3);
	/* the weight of the script; its own, turned as the script's is; its own, and not turned */
	assert_true(u[CONF_TRACK_SCRIPT].use[0].index == 0 && u[CONF_TRACK_SCRIPT].use[0].weight == 0 && !u[CONF_TRACK_SCRIPT].use[0].reverse);
	assert_true(u[CONF_TRACK_SCRIPT].use[1].index == 1 && u[CONF_TRACK_SCRIPT].use[1].weight == -5 && u[CONF_TRACK_SCRIPT].use[1].reverse);
	assert_true(u[CONF_TRACK_SCRIPT].use[2].index == 2 && u[CONF_TRACK_SCRIPT].use[2].weight == 8 && !u[CONF_TRACK_SCRIPT].use[2].reverse);
	assert_true(u[CONF_TRACK_FILE].n == 2 && u[CONF_TRACK_FILE].use[1].index == 1 && u[CONF_TRACK_FILE].use[1].reverse);
	assert_string_equal(config_tracker(p.cfg, CONF_TRACK_PROCESS, u[CONF_TRACK_PROCESS].use[1].index)->name, "worker");
	assert_string_equal(config_tracker(p.cfg, CONF_TRACK_BFD, u[CONF_TRACK_BFD].use[1].index)->name, "uplink6");
	assert_string_equal(config_tracker(p.cfg, CONF_TRACK_FILE, 0)->name, "drain");
	parsed_done(&p);
}

static void test_held_back(void **state)
{
	struct parsed p = parse_file("uses.conf");

	(void)state;
	expect_broken(p.cfg, "VI_names", "there is no vrrp_script chk_haprox");
	expect_broken(p.cfg, "VI_words", "what it says of track_interface eth1 cannot be read");
	expect_broken(p.cfg, "VI_limits", "what it says of track_file bias cannot be read");
	expect_broken(p.cfg, "VI_bfd", "what it says of track_bfd servers_only cannot be read");
	expect_broken(p.cfg, "VI_no_block", "its track_script is not what was meant");
	expect_broken(p.cfg, "VI_good", NULL);
	assert_int_equal(instance(p.cfg, "VI_limits")->trackers[CONF_TRACK_SCRIPT].n, 1);
	assert_int_equal(instance(p.cfg, "VI_limits")->trackers[CONF_TRACK_SCRIPT].use[0].weight, -253);
	parsed_done(&p);
}

static void one_reason(const char *definitions, const char *list, const char *why)
{
	struct strbuf text = { 0 };
	struct config *child;
	struct parsed p;

	strbuf_addf(&text, INSTANCE("a", "1", "%s"), list);
	strbuf_add(&text, definitions);
	p = conf_parse(strbuf_str(&text));
	child = config_parse(p.expanded, strlen(p.expanded), NULL);
	expect_broken(p.cfg, "a", why);
	expect_broken(child, "a", why);                 /* no list of diagnostics, the same verdict */
	config_free(child);
	parsed_done(&p);
	strbuf_done(&text);
}

static void test_reasons(void **state)
{
	static const struct { const char *body, *why; } scripts[] = {
		{ "", "it has no script" }, { "script \"\"\n", "it has no script" }, { "script \"/bin/a 'b\"\n", "it has no script" },
		{ "script <\n", "it has no script" }, { "script /bin/a\nuser\n", "its user is not given" },
		{ "script /bin/a\nweight x\n", "its weight cannot be read" }, { "script /bin/a\nweight 254\n", "its weight cannot be read" },
		{ "script /bin/a\nrise x\n", NULL }, { "script /bin/a\ninterval 0\n", NULL },
	};
	struct strbuf text = { 0 };
	char why[100];

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		strbuf_reset(&text);
		strbuf_addf(&text, "vrrp_script s {\n%s}\n", scripts[i].body);
		snprintf(why, sizeof(why), "its vrrp_script s cannot be followed: %s", scripts[i].why);
		one_reason(strbuf_str(&text), "track_script {\ns\n}\n", scripts[i].why ? why : NULL);
	}
	strbuf_done(&text);
	one_reason("vrrp_track_process p {\nprocess a\nquorum 2\nquorum_max 1\n}\n", "track_process {\np\n}\n",
		   "its vrrp_track_process p cannot be followed: its quorum_max is less than its quorum");
	one_reason("vrrp_track_process p {\nprocess a\nquorum x\n}\n", "track_process {\np\n}\n",
		   "its vrrp_track_process p cannot be followed: its quorum is not what was meant");
	one_reason("vrrp_track_process p {\n}\n", "track_process {\np\n}\n", "its vrrp_track_process p cannot be followed: it has no process");
	one_reason("track_file f {\nfile\n}\n", "track_file {\nf\n}\n", "its track_file f cannot be followed: it has no file");
	one_reason("bfd_instance b {\nneighbor_ip x\n}\n", "track_bfd {\nb\n}\n", "its bfd_instance b cannot be followed: it has no neighbor_ip");
	one_reason("bfd_instance b {\nneighbor_ip 192.0.2.1\nsource_ip ::1\n}\n", "track_bfd {\nb\n}\n",
		   "its bfd_instance b cannot be followed: its source_ip is of another family than its neighbor_ip");
	one_reason("bfd_instance b {\nneighbor_ip 192.0.2.1\nchecker\n}\n", "track_bfd {\nb\n}\n", "its bfd_instance b tells only the checkers");
	one_reason("bfd_instance x {\nneighbor_ip 192.0.2.1\n}\nbfd_instance b {\nneighbor_ip 192.0.2.1\n}\n", "track_bfd {\nb\n}\n",
		   "its bfd_instance b cannot be followed: another bfd_instance has its neighbor_ip");
	one_reason("vrrp_scrpt s {\nscript /bin/a\n}\n", "track_script {\ns\n}\n", "there is no vrrp_script s");
	one_reason("track_file s {\nfile /run/s\n}\n", "track_script {\ns\n}\n", "there is no vrrp_script s");
}

/* The second definition is left out with its command, so it is in no table. */
static void test_again(void **state)
{
	struct parsed p = conf_parse(INSTANCE("a", "1", "track_script {\ns\n}\n") CHECK("s", "weight 3\n") "vrrp_script s {\nscript /bin/other\n}\n");

	(void)state;
	assert_int_equal(p.cfg->ntrack_scripts, 1);
	assert_int_equal(p.cfg->nscripts, 2);
	assert_string_equal(p.cfg->scripts[1].argv[0], "/bin/check");
	expect_broken(p.cfg, "a", NULL);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 1);
	parsed_done(&p);
}

/* ---- groups ---- */

static void test_group(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct conf_sync_group *g = p.cfg->sync_groups;
	const struct conf_notify *notify = &g->notify;

	(void)state;
	assert_int_equal(p.cfg->nsync_groups, 1);
	assert_string_equal(g->name, "inside_out");
	assert_null(g->broken);
	assert_int_equal(g->nmembers, 2);
	assert_true(g->members[0] == 0 && g->members[1] == 1 && g->tracking_weight);
	assert_true(g->smtp_alert == 1 && g->notify_priority_changes == 0);
	assert_int_equal(g->ntrack_ifs, 2);
	for (unsigned kind = 0; kind < CONF_TRACK_KINDS; kind++)
		assert_int_equal(g->trackers[kind].n, 1);
	assert_true(g->trackers[CONF_TRACK_SCRIPT].use[0].index == 2 && g->trackers[CONF_TRACK_SCRIPT].use[0].weight == -3);
	assert_true(g->trackers[CONF_TRACK_SCRIPT].use[0].reverse);
	assert_true(notify->master && notify->backup && notify->fault && notify->stop && notify->any);
	assert_string_equal(p.cfg->scripts[notify->fault].group, "nogroup");
	assert_true(instance(p.cfg, "VI_in")->sync_group == 0 && instance(p.cfg, "VI_out")->sync_group == 0);
	assert_true(instance(p.cfg, "VI_other")->sync_group == UINT32_MAX);
	assert_int_equal(p.cfg->ntrack_groups, 1);
	assert_true(p.cfg->track_groups[0].nmembers == 2 && p.cfg->track_groups[0].members[1] == 1);
	parsed_done(&p);
}

static void test_group_broken(void **state)
{
	struct parsed p = parse_file("groups.conf");

	(void)state;
	expect_broken(p.cfg, "a", "its vrrp_sync_group missing is held back: there is no vrrp_instance web_frnt");
	expect_broken(p.cfg, "b", "its vrrp_sync_group outside is held back: its members do not stand in `group { }`");
	expect_broken(p.cfg, "c", "its vrrp_sync_group outside is held back: its members do not stand in `group { }`");
	expect_broken(p.cfg, "d", "its vrrp_script broken cannot be followed: it has no script");
	expect_broken(p.cfg, "e", "its vrrp_sync_group through_member is held back: its member d is held back: its vrrp_script broken cannot be followed: it has "
		      "no script");
	expect_broken(p.cfg, "f", "its vrrp_sync_group second is held back: its member e is in another group");
	expect_broken(p.cfg, "g", "its vrrp_sync_group owners is held back: what it says of track_interface eth1 cannot be read");
	expect_broken(p.cfg, "web_front", "its vrrp_sync_group owners is held back: another group has its name");
	expect_broken(p.cfg, "free", NULL);
	parsed_done(&p);
}

/* What the group says of mail and priorities holds for members that say nothing; what neither says is as in global_defs. */
static void test_group_inherits(void **state)
{
	struct parsed p = conf_parse("vrrp_sync_group g {\ngroup {\na\nb\n}\nnotify_priority_changes off\n}\n" INSTANCE("a", "1", "")
		INSTANCE("b", "2", "notify_priority_changes on\n") "global_defs {\nvrrp_notify_priority_changes\nsmtp_alert\n}\n" INSTANCE("c", "3", ""));

	(void)state;
	assert_true(p.cfg->sync_groups[0].smtp_alert && !p.cfg->sync_groups[0].notify_priority_changes);
	assert_false(instance(p.cfg, "a")->notify_priority_changes);
	assert_true(instance(p.cfg, "b")->notify_priority_changes && instance(p.cfg, "c")->notify_priority_changes);
	parsed_done(&p);
}

/* One that is held back by itself takes the others with it, wherever its group stands. */
static void test_group_member_broken(void **state)
{
	struct parsed p = conf_parse("vrrp_sync_group g {\ngroup {\na\nb\n}\n}\n" INSTANCE("a", "1", "")
		"vrrp_instance b {\ninterface eth0\nvirtual_ipaddress {\n192.0.2.2\n}\n}\n");
	struct config *child = config_parse(p.expanded, strlen(p.expanded), NULL);
	static const char why[] = "its vrrp_sync_group g is held back: its member b is held back: it has no virtual_router_id";

	(void)state;
	expect_broken(p.cfg, "a", why);
	expect_broken(child, "a", why);
	config_free(child);
	parsed_done(&p);
}

/* ---- weights ---- */

static void test_weights(void **state)
{
	struct parsed p = parse_file("weights.conf");
	const struct conf_vrrp *owner = instance(p.cfg, "owner"), *member = instance(p.cfg, "member");

	(void)state;
	assert_int_equal(owner->trackers[CONF_TRACK_SCRIPT].n, 1);
	assert_int_equal(owner->trackers[CONF_TRACK_FILE].n, 0);
	assert_int_equal(owner->ntrack_ifs, 1);
	assert_string_equal(owner->track_ifs[0].ifname, "eth2");
	assert_int_equal(member->trackers[CONF_TRACK_SCRIPT].n, 1);
	assert_int_equal(member->ntrack_ifs, 0);
	assert_int_equal(p.cfg->sync_groups[0].trackers[CONF_TRACK_SCRIPT].use[0].weight, 200);
	for (unsigned i = 0; i < p.cfg->nvrrp; i++)
		assert_null(p.cfg->vrrp[i].broken);
	assert_int_equal(diags_count(p.diags, DIAG_ERROR), 0);
	parsed_done(&p);
	p = conf_parse(INSTANCE("a", "1", "track_script {\ns\n}\n") INSTANCE("b", "2", "") CHECK("s", "weight -3\n")
		       "vrrp_sync_group g {\nsync_group_tracking_weight\ngroup {\na\nb\n}\n}\n");
	assert_int_equal(p.cfg->vrrp[0].trackers[CONF_TRACK_SCRIPT].n, 1);
	parsed_done(&p);
}

/* Exactly at the ends of what a priority can be there is nothing to say. */
static void test_reach(void **state)
{
	static const struct { const char *weight; unsigned warnings; } cases[] = {
		{ "154", 0 }, { "155", 1 }, { "-99", 0 }, { "-100", 1 }, { "99 reverse", 0 }, { "100 reverse", 1 }, { "-154 reverse", 0 }, { "-155 reverse", 1 },
	};
	struct strbuf text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parsed p;

		strbuf_reset(&text);
		strbuf_addf(&text, INSTANCE("a", "1", "track_script {\ns weight %s\n}\n") CHECK("s", ""), cases[i].weight);
		p = conf_parse(strbuf_str(&text));
		assert_int_equal(diags_count(p.diags, DIAG_WARNING), cases[i].warnings);
		parsed_done(&p);
	}
	strbuf_done(&text);
}

/* ---- interfaces ---- */

static void test_links(void **state)
{
	struct parsed p = parse_file("accepted.conf");
	const struct config *cfg = p.cfg;

	(void)state;
	assert_true(cfg->globals.linkbeat_use_polling);
	assert_int_equal(cfg->nlinkbeat_ifs, 4);
	assert_true(cfg->linkbeat_ifs[0].type == CONF_LINKBEAT_ANY && cfg->linkbeat_ifs[2].type == CONF_LINKBEAT_ETHTOOL);
	assert_int_equal(cfg->nif_delays, 3);
	assert_true(cfg->if_delays[0].down == 1500000 && cfg->if_delays[0].up == 0 && cfg->if_delays[1].up == USEC_PER_SEC);
	assert_int_equal(cfg->ngarp_groups, 2);
	assert_true(cfg->garp_groups[0].garp_interval == 200000 && cfg->garp_groups[0].nifs == 2 && !cfg->garp_groups[0].nshared);
	assert_true(cfg->garp_groups[1].garp_interval == USEC_NEVER && cfg->garp_groups[1].nshared == 3);
	assert_string_equal(cfg->garp_groups[1].shared[1], "eth3");
	parsed_done(&p);
	p = parse_file("links.conf");
	assert_int_equal(p.cfg->if_delays[0].down, 39922);      /* 2 × 20 ms less a 256th of 20 ms */
	assert_int_equal(p.cfg->if_delays[2].up, 3992188);
	parsed_done(&p);
}

/* ---- what the parent makes of the commands ---- */

static void said(void *arg, enum diag_level level, const char *line)
{
	(void)level;
	strbuf_addf(arg, "%s\n", line);
}

/* They are judged like all scripts, with the user of their block. One that cannot be run counts as failed. */
static void test_script_table(void **state)
{
	struct parsed p = conf_parse(INSTANCE("a", "1", "track_script {\ngone\nlost\nfile\n}\n")
		"vrrp_script gone {\nscript /no/such/check\nuser daemon\n}\n"
		"vrrp_script lost {\nscript /bin/true\nuser no-such-user\n}\n"
		"vrrp_script file {\nscript </etc/passwd\nuser daemon\n}\n");
	struct conf_diags *d = diags_new();
	struct script_table *t = script_table_new(p.cfg, SCRIPTS_AS_ROOT, d);
	const struct conf_track_script *s = p.cfg->track_scripts;
	struct strbuf text = { 0 };

	(void)state;
	diags_each(d, said, &text);
	assert_non_null(strstr(strbuf_str(&text), "script: Script '/no/such/check' cannot be run now: No such file or directory: the check counts as failed"));
	assert_non_null(strstr(strbuf_str(&text), "Script script: user 'no-such-user' does not exist - disabling: the check counts as failed"));
	assert_int_equal(diags_count(d, DIAG_ERROR), 2);
	assert_int_equal(diags_count(d, DIAG_SECURITY), 0);
	assert_true(script_table_get(t, s[1].script)->disabled);
	assert_false(script_table_get(t, s[2].script)->disabled);
	assert_true(script_table_get(t, s[2].script)->change_user);
	assert_string_equal(script_table_get(t, s[2].script)->path, "/bin/sh");
	strbuf_done(&text);
	script_table_free(t);
	diags_free(d);
	parsed_done(&p);
}

/* A child is told only of what it follows. */
static void test_print_by_role(void **state)
{
	struct parsed p = conf_parse(INSTANCE("a", "1", "track_file {\nf\n}\n") "track_file f {\nfile /run/f\n}\ntrack_file unused {\nfile /run/g\n}\n");
	char *all = parsed_print(p.cfg, true);

	(void)state;
	assert_non_null(strstr(all, "track_file f {"));
	assert_non_null(strstr(all, "track_file unused {"));
	assert_int_equal(p.cfg->track_files[0].t.used, CONF_USED_BY_VRRP);
	assert_int_equal(p.cfg->track_files[1].t.used, 0);
	free(all);
	parsed_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts), cmocka_unit_test(test_processes), cmocka_unit_test(test_files), cmocka_unit_test(test_bfds),
		cmocka_unit_test(test_bfd_defaults), cmocka_unit_test(test_uses), cmocka_unit_test(test_held_back), cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_again), cmocka_unit_test(test_group), cmocka_unit_test(test_group_broken), cmocka_unit_test(test_group_inherits), cmocka_unit_test(test_group_member_broken),
		cmocka_unit_test(test_weights), cmocka_unit_test(test_reach), cmocka_unit_test(test_links), cmocka_unit_test(test_script_table),
		cmocka_unit_test(test_print_by_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
