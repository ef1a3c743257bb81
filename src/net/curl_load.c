/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/curl_load.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"
#include "base/why.h"

LIBRARY_NOTE(LIBCURL_SONAME, "http", "a page after a match, PowerDNS, renewal windows");

int curl_load(const struct curl_functions **ret_curl, struct why *why)
{
	static const struct library_symbol symbols[] = {
#define SYMBOL(name) { "curl_" #name, offsetof(struct curl_functions, name) }
		SYMBOL(global_init),	     SYMBOL(easy_init),
		SYMBOL(easy_cleanup),	     SYMBOL(easy_setopt),
		SYMBOL(easy_getinfo),	     SYMBOL(easy_perform),
		SYMBOL(easy_strerror),	     SYMBOL(version_info),
		SYMBOL(multi_init),	     SYMBOL(multi_cleanup),
		SYMBOL(multi_setopt),	     SYMBOL(multi_add_handle),
		SYMBOL(multi_remove_handle), SYMBOL(multi_socket_action),
		SYMBOL(multi_info_read),     SYMBOL(slist_append),
		SYMBOL(slist_free_all),
#undef SYMBOL
	};
	static struct curl_functions curl;
	static bool loaded;
	struct why inner = { "" };
	int rc = 0;

	if (!loaded)
		rc = library_load(LIBCURL_SONAME, symbols,
				  sizeof(symbols) / sizeof(symbols[0]), &curl, &inner);
	if (rc < 0)
		return why_set(why, rc, "HTTP needs libcurl: %s", inner.text);
	if (!loaded && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return why_set(why, DP_EIO, "libcurl can't start");
	loaded = true;
	*ret_curl = &curl;
	return 0;
}
