/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/audit_software.h"

#include "proxy/survey/software_age.h"

bool
audit_software_guess(struct span banner, struct audit_software *out)
{
	struct software s;

	if (!software_find(SOFTWARE_BANNER, banner, &s))
		return false;
	*out = (struct audit_software){ .year = software_year(&s) };
	software_text(&s, out->name, sizeof(out->name));
	for (size_t i = 0; i < AUDIT_NOTES; i++)
		out->notes[i] = software_note(&s, i);
	return true;
}
