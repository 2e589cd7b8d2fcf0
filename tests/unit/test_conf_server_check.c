// SPDX-License-Identifier: GPL-2.0-or-later
/* Checkers: what each type's statements become, and what it has when nobody says anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"

#define SERVER(head, body) "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n" head "real_server 192.0.2.2 80 {\n" body "}\n}\n"

static const char every_type[] = SERVER("", "TCP_CHECK {\n}\nHTTP_GET {\nurl {\npath /\n}\n}\nSSL_GET {\nurl {\npath /\n}\n}\nSMTP_CHECK {\n}\n"
	"MISC_CHECK {\nmisc_path /bin/true\n}\nPING_CHECK {\n}\nUDP_CHECK {\n}\nDNS_CHECK {\n}\nFILE_CHECK {\ntrack_file f\n}\n"
	"BFD_CHECK {\nname b\n}\n") "track_file f {\nfile /run/f\n}\nbfd_instance b {\nneighbor_ip 192.0.2.7\n}\n";

static void test_defaults(void **state)
{
	static const struct { unsigned type, retry; double delay; } want[] = {
		{ CONF_CHECK_TCP, 1, 1 }, { CONF_CHECK_HTTP, 1, 3 }, { CONF_CHECK_SSL, 1, 3 }, { CONF_CHECK_SMTP, 1, 1 }, { CONF_CHECK_MISC, 0, 1 },
		{ CONF_CHECK_PING, 1, 1 }, { CONF_CHECK_UDP, 1, 1 }, { CONF_CHECK_DNS, 3, 60 }, { CONF_CHECK_FILE, 0, 0 }, { CONF_CHECK_BFD, 0, 0 },
	};
	struct parsed p = conf_parse(every_type);
	const struct conf_check *ck = p.cfg->vs[0].rs[0].checks;

	(void)state;
	assert_null(p.cfg->vs[0].broken);
	assert_int_equal(p.cfg->nchecks, 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(ck[i].index, i);
		assert_int_equal(ck[i].type, want[i].type);
		assert_int_equal(ck[i].retry, want[i].retry);
		assert_true(ck[i].delay_before_retry == (usec_t)(want[i].delay * USEC_PER_SEC));
		assert_int_equal(ck[i].delay_loop, 60 * USEC_PER_SEC);
		assert_int_equal(ck[i].connect_timeout, 5 * USEC_PER_SEC);
		assert_true(ck[i].warmup == USEC_NEVER);
		assert_ptr_equal(ck[i].source, &conf_source_any);
		assert_int_equal(ck[i].dst.port, 80);
		assert_false(ck[i].alpha);
		assert_int_equal(conf_check_is_made(&ck[i]), i < 2);
	}
	assert_false(ck[2].http->verify || ck[2].http->enable_sni || ck[2].http->urls[0].tls_compliant);
	assert_string_equal(ck[3].smtp->helo_name, "smtpchecker.keepalived.org");
	assert_int_equal(ck[4].misc->timeout, 60 * USEC_PER_SEC);
	assert_string_equal(p.cfg->scripts[ck[4].misc->script].argv[0], "/bin/true");
	assert_null(ck[6].udp->payload);
	assert_false(ck[6].udp->require_reply);
	assert_int_equal(ck[6].udp->max_reply, 255);
	assert_int_equal(ck[7].dns->type, 6);
	assert_string_equal(ck[7].dns->name, ".");
	assert_string_equal(ck[8].file->track_file, "f");
	assert_false(ck[8].file->weight_given);
	assert_string_equal(ck[9].bfd->name, "b");
	parsed_done(&p);
}

/* The nearest value wins; a BFD_CHECK takes no part. */
static void test_alpha(void **state)
{
	struct parsed p = conf_parse("virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n"
		"real_server 192.0.2.2 80 {\nTCP_CHECK {\nalpha off\n}\nTCP_CHECK {\n}\nBFD_CHECK {\nname b\n}\nBFD_CHECK {\nname b\nalpha\n}\n}\n"
		"real_server 192.0.2.3 80 {\nTCP_CHECK {\nalpha\n}\nTCP_CHECK {\n}\nalpha off\n}\nalpha\n}\nbfd_instance b {\nneighbor_ip 192.0.2.7\n}\n");
	const struct conf_rs *rs = p.cfg->vs[0].rs;

	(void)state;
	assert_false(rs[0].checks[0].alpha);
	assert_true(rs[0].checks[1].alpha);
	assert_false(rs[0].checks[2].alpha);
	assert_true(rs[0].checks[3].alpha);
	assert_true(rs[1].checks[0].alpha);
	assert_false(rs[1].checks[1].alpha);
	parsed_done(&p);
}

static void test_pages(void **state)
{
	struct parsed p = conf_parse(SERVER("", "SSL_GET {\nurl {\npath /a\nregex \"a (b|c)\\d\"\nregex_options dotall\nregex_options allow_empty_class\n"
		"regex_min_offset 3\nregex_stack 8 16\n}\nurl {\npath /b\ntls_compliant off\n}\nca_file /x.pem\nsni_name n\ntls_compliant\n}\n"
		"SSL_GET {\nverify off\nca_file /x.pem\nsni_name\nurl {\npath /\n}\n}\n"));
	const struct conf_http *h = p.cfg->vs[0].rs[0].checks[0].http, *second = p.cfg->vs[0].rs[0].checks[1].http;
	const struct conf_regex *re = h->urls[0].regex;

	(void)state;
	assert_string_equal(re->pattern, "a (b|c)\\d");
	assert_string_equal(conf_regex_options[0], "allow_empty_class");
	assert_string_equal(conf_regex_options[5], "dotall");
	assert_int_equal(re->options, 1 | 1 << 5);
	assert_int_equal(re->min_offset, 3);
	assert_int_equal(re->max_offset, UINT32_MAX);
	assert_int_equal(re->stack_max, 16);
	assert_false(re->no_match);
	assert_null(h->urls[1].regex);
	assert_int_equal(h->urls[0].tls_compliant, 1);
	assert_int_equal(h->urls[1].tls_compliant, 0);
	assert_int_equal(h->verify, 1);
	assert_string_equal(h->ca_file, "/x.pem");
	assert_string_equal(h->sni_name, "n");
	assert_true(h->enable_sni);
	assert_int_equal(second->verify, 0);
	assert_null(second->sni_name);
	assert_true(second->enable_sni);
	parsed_done(&p);
}

/* Each host is a checker, with what is around it for a default, wherever that stands. */
static void test_hosts(void **state)
{
	struct parsed p = conf_parse(SERVER("", "SMTP_CHECK {\nhost {\nconnect_port 25\n}\nhost {\nconnect_ip 192.0.2.5\nretry 4\n}\nretry 2\n"
		"connect_port 26\nbind_if eth1\nhelo_name me\n}\nTCP_CHECK {\n}\n"));
	const struct conf_check *ck = p.cfg->vs[0].rs[0].checks;

	(void)state;
	assert_int_equal(p.cfg->nchecks, 3);
	assert_int_equal(ck[0].type, CONF_CHECK_SMTP);
	assert_int_equal(ck[0].dst.port, 25);
	assert_int_equal(ck[0].retry, 2);
	assert_string_equal(ck[0].smtp->helo_name, "me");
	assert_string_equal(ck[0].source->bind_if, "eth1");
	assert_int_equal(ck[1].type, CONF_CHECK_SMTP);
	assert_int_equal(ck[1].dst.port, 26);
	assert_int_equal(ck[1].dst.addr.bytes[3], 5);
	assert_int_equal(ck[1].retry, 4);
	assert_int_equal(ck[2].type, CONF_CHECK_TCP);
	assert_int_equal(ck[2].index, 2);
	parsed_done(&p);
}

/* An odd digit at the end of a word is a byte; x is any digit. */
static void test_bytes(void **state)
{
	static const uint8_t payload[] = { 0xab, 0x12, 0x0f, 0x03, 0x45, 0x06 }, reply[] = { 0xf0, 0x0f, 0x00, 0x01 }, mask[] = { 0xf0, 0x0f, 0xf0, 0xff };
	struct parsed p = conf_parse(SERVER("", "UDP_CHECK {\npayload Ab12f 3 456\nrequire_reply fX xF X 1\n}\n"));
	const struct conf_udp *udp = p.cfg->vs[0].rs[0].checks[0].udp;

	(void)state;
	assert_int_equal(udp->npayload, sizeof(payload));
	assert_memory_equal(udp->payload, payload, sizeof(payload));
	assert_true(udp->require_reply);
	assert_int_equal(udp->nreply, sizeof(reply));
	assert_memory_equal(udp->reply, reply, sizeof(reply));
	assert_memory_equal(udp->mask, mask, sizeof(mask));
	parsed_done(&p);
}

static void test_commands(void **state)
{
	struct parsed p = conf_parse(SERVER("delay_loop 7\n", "MISC_CHECK {\nuser nobody nogroup\nmisc_path \"/bin/a b\"\nmisc_dynamic\n}\n"
		"MISC_CHECK {\nmisc_path /bin/c\nmisc_timeout 3\ndelay_loop 9\n}\n"));
	const struct conf_check *ck = p.cfg->vs[0].rs[0].checks;
	const struct conf_script *s = &p.cfg->scripts[ck[0].misc->script];

	(void)state;
	assert_string_equal(s->argv[1], "b");
	assert_string_equal(s->user, "nobody");
	assert_string_equal(s->group, "nogroup");
	assert_string_equal(s->keyword, "misc_path");
	assert_true(ck[0].misc->dynamic);
	assert_int_equal(ck[0].misc->timeout, 7 * USEC_PER_SEC);
	assert_int_equal(ck[1].misc->timeout, 3 * USEC_PER_SEC);
	assert_null(p.cfg->scripts[ck[1].misc->script].user);
	parsed_done(&p);
}

static void test_files(void **state)
{
	struct parsed p = conf_parse("track_file f {\nfile /run/f\n}\n" SERVER("",
		"FILE_CHECK {\ntrack_file f\nweight -3 reverse\n}\nFILE_CHECK {\nweight 0\ntrack_file f\n}\n"));
	const struct conf_check *ck = p.cfg->vs[0].rs[0].checks;

	(void)state;
	assert_int_equal(ck[0].file->weight, -3);
	assert_true(ck[0].file->reverse && ck[0].file->weight_given);
	assert_int_equal(ck[1].file->weight, 0);
	assert_true(!ck[1].file->reverse && ck[1].file->weight_given);
	parsed_done(&p);
}

/* The longest name is one; a byte more is not. */
static void test_names(void **state)
{
	struct strbuf name = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		strbuf_add(&name, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.");
	strbuf_add(&name, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi");
	assert_int_equal(name.len, 253);
	for (unsigned i = 0; i < 2; i++) {
		struct strbuf text = { 0 };
		struct parsed p;

		strbuf_addf(&text, SERVER("", "DNS_CHECK {\ntype txt\nname %s\n}\n"), strbuf_str(&name));
		p = conf_parse(strbuf_str(&text));
		assert_int_equal(p.cfg->vs[0].broken != NULL, i);
		if (!i)
			assert_int_equal(p.cfg->vs[0].rs[0].checks[0].dns->type, 16);
		parsed_done(&p);
		strbuf_done(&text);
		strbuf_add(&name, "j");
	}
	strbuf_done(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_alpha), cmocka_unit_test(test_pages), cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_commands), cmocka_unit_test(test_files), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
