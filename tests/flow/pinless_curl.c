/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of libcurl: one whose TLS library can't tie a connection to a key. It has all
 * functions that are looked for, and gets no further than to that answer. */
#include <curl/curl.h>
#include <stddef.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static char handle;

CURLcode curl_global_init(long flags)
{
	(void)flags;
	return CURLE_OK;
}

CURL *curl_easy_init(void)
{
	return (CURL *)&handle;
}

CURLM *curl_multi_init(void)
{
	return (CURLM *)&handle;
}

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	(void)easy;
	return option == CURLOPT_PINNEDPUBLICKEY ? CURLE_NOT_BUILT_IN : CURLE_OK;
}

curl_version_info_data *curl_version_info(CURLversion age)
{
	static curl_version_info_data data = { .ssl_version = "OddTLS/1.0" };

	(void)age;
	return &data;
}

/* Under libcurl's name, whatever its header says that they take. */
#define NOTHING(name)                                                                    \
	int pinless_##name(void) __asm__("curl_" #name);                                 \
	int pinless_##name(void)                                                         \
	{                                                                                \
		return 0;                                                                \
	}
NOTHING(easy_cleanup)
NOTHING(easy_getinfo)
NOTHING(easy_perform)
NOTHING(easy_strerror)
NOTHING(multi_cleanup)
NOTHING(multi_setopt)
NOTHING(multi_add_handle)
NOTHING(multi_remove_handle)
NOTHING(multi_socket_action)
NOTHING(multi_info_read)
NOTHING(slist_append)
NOTHING(slist_free_all)
