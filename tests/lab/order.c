/* SPDX-License-Identifier: BSD-2-Clause */
/* order NAME: gets certificates for the current key of a lineage under DANEPROBE_DIR by
 * its acme line, whether they are due or not. Exit 0, or 2 with the reason. */
#include <stdio.h>
#include <stdlib.h>

#include "base/why.h"
#include "setup/env.h"
#include "setup/lineage.h"
#include "setup/renew.h"

int main(int argc, char **argv)
{
	const char *base = getenv("DANEPROBE_DIR");
	struct lineage l;
	struct why why = { "" };
	struct env env;
	int rc;

	if (argc != 2 || !base)
		return 3;
	env_init(&env);
	rc = lineage_open(&env, base, argv[1], "renew", LINEAGE_WRITE, &l, &why);
	if (rc == 0) {
		rc = renew_order(&l, l.state.current, true, &why);
		lineage_close(&l);
	}
	if (rc < 0)
		fprintf(stderr, "order: %s\n", why.text);
	return rc < 0 ? 2 : 0;
}
