/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time in microseconds. Three clocks, never mixed: monotonic for timers, boottime (counts suspend) for what must
 * outlive a process, realtime only to show to people. */
#ifndef LIB_USEC_H
#define LIB_USEC_H

#include <stdint.h>

typedef uint64_t usec_t;

#define USEC_PER_SEC  UINT64_C(1000000)
#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_CSEC UINT64_C(10000)           /* centisecond, the unit of VRRPv3 */
#define USEC_NEVER    UINT64_MAX

usec_t usec_mono(void);                         /* CLOCK_MONOTONIC, the clock of the loop and its timers */
usec_t usec_boot(void);                         /* CLOCK_BOOTTIME */
usec_t usec_real(void);                         /* CLOCK_REALTIME */

#endif
