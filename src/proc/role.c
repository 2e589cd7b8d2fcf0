/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of roles, in the order in which the parent starts them: addresses first, then what is balanced behind them. */
#include "proc/role.h"

#include <string.h>

static const struct role_type *const roles[] = { &vrrp_role, &check_role };

const struct role_type *role_at(unsigned i)
{
	return i < sizeof roles / sizeof *roles ? roles[i] : NULL;
}

const struct conf_process *role_settings(const struct role_type *type, const struct conf_globals *g)
{
	return (const struct conf_process *)(const void *)((const char *)g + type->settings);
}

const struct role_type *role_by_name(const char *name)
{
	for (unsigned i = 0; role_at(i); i++)
		if (!strcmp(roles[i]->name, name))
			return roles[i];
	return NULL;
}
