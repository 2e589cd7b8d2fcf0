// SPDX-License-Identifier: GPL-2.0-or-later
/* sim: simulates histories of VRRP routers, one per seed, and checks what must hold in each (sim_check.c).
 *
 *   sim                       100,000 of them, or $SIM_HISTORIES; result as TAP
 *   sim --count N             so many
 *   sim --from N              from this seed on
 *   sim --seed N [-v]         one of them; -v: with its trace
 *
 * A history that fails is printed with its seed, which replays it. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

#if defined(__SANITIZE_ADDRESS__)
#define HISTORIES 10000
#else
#define HISTORIES 100000
#endif
#define FAILURES_SHOWN 10

static void describe(const struct sim *s)
{
	printf("# version %u, %u routers, %u virtual routers%s, heal at %.6f, delay %" PRIu64 "..%" PRIu64 " us\n", s->version,
	       s->nrouters, s->nvrids, s->grouped ? " in a group" : "", (double)s->heal / (double)USEC_PER_SEC, s->delay_min,
	       s->delay_max);
	for (unsigned i = 0; i < s->nrouters; i++) {
		const struct router *r = &s->routers[i];
		const struct vrrp_fsm_config *c = &r->cfg;

		printf("# r%u: priority %u, advert_int %" PRIu64 " us, down %u%s%s%s%s%s, preempt_delay %" PRIu64
		       ", start delay %" PRIu64 ", drift %d ppm, latency %" PRIu64 "\n",
		       i, c->priority, c->advert_int, c->down_adverts, c->nopreempt ? ", nopreempt" : "",
		       c->start_master ? ", state MASTER" : "", c->lower_prio_no_advert ? ", lower_prio_no_advert" : "",
		       c->higher_prio_send_advert ? ", higher_prio_send_advert" : "",
		       c->owner_ignore_adverts ? ", owner_ignore_adverts" : "", c->preempt_delay, r->start_delay, r->drift,
		       r->latency);
	}
}

/* The same history runs from one seed to the next in one struct: only the heap stays. */
static bool run(struct sim *s, uint64_t seed, bool trace)
{
	struct event *heap = s->heap;
	unsigned room = s->room;
	uint64_t events = s->events, transitions = s->transitions, handovers = s->handovers;

	memset(s, 0, sizeof(*s));
	s->heap = heap;
	s->room = room;
	s->events = events;
	s->transitions = transitions;
	s->handovers = handovers;
	s->seed = seed;
	s->trace = trace;
	sim_configure(s);
	if (trace)
		describe(s);
	sim_run(s);
	return !s->broken;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (!*text || *end) {
		fprintf(stderr, "sim: %s is no number\n", text);
		exit(2);
	}
	return n;
}

static unsigned run_many(struct sim *s, uint64_t from, uint64_t count, const char *program)
{
	unsigned failures = 0;

	for (uint64_t seed = from; seed < from + count; seed++) {
		if (run(s, seed, false))
			continue;
		if (failures++ < FAILURES_SHOWN)
			printf("# seed %" PRIu64 ": %s: %s (trace: %s --seed %" PRIu64 " -v)\n", seed, s->broken, s->detail,
			       program, seed);
	}
	return failures;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' }, { "from", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'c' }, { "verbose", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 },
	};
	const char *env = getenv("SIM_HISTORIES");
	uint64_t from = 1, count = env ? number(env) : HISTORIES;
	static struct sim sim;
	bool one = false, trace = false;
	unsigned failures;
	int opt;

	while ((opt = getopt_long(argc, argv, "s:f:c:v", options, NULL)) != -1) {
		switch (opt) {
		case 's': one = true; from = number(optarg); count = 1; break;
		case 'f': from = number(optarg); break;
		case 'c': count = number(optarg); break;
		case 'v': trace = true; break;
		default: return 2;
		}
	}
	printf("1..1\n");
	failures = one ? !run(&sim, from, trace) : run_many(&sim, from, count, argv[0]);
	if (one && sim.broken)
		printf("# %s: %s\n", sim.broken, sim.detail);
	printf("# %" PRIu64 " histories, %" PRIu64 " events, %" PRIu64 " transitions, %" PRIu64 " handovers, %u failures\n", count,
	       sim.events, sim.transitions, sim.handovers, failures);
	printf("%s 1 - VRRP in simulation\n", failures || !count ? "not ok" : "ok");
	free(sim.heap);
	return failures || !count ? 1 : 0;
}
