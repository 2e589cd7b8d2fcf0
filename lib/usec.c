// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three clocks, in microseconds. Only shells read them: core code is given the time as an argument, so that a
 * test can hand it any.
 */
#include "lib/usec.h"

#include <time.h>

/* These clocks exist on every kernel that runs us, so clock_gettime cannot fail. */
static usec_t usec_read(clockid_t clock)
{
	struct timespec ts = { 0 };

	clock_gettime(clock, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

usec_t usec_mono(void)
{
	return usec_read(CLOCK_MONOTONIC);
}

usec_t usec_boot(void)
{
	return usec_read(CLOCK_BOOTTIME);
}

usec_t usec_real(void)
{
	return usec_read(CLOCK_REALTIME);
}
