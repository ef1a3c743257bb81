/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of libcurl that we call. It brings twenty libraries, a third of a start's
 * time, and most runs ask nothing by HTTP: it is loaded by the first that does. */
#ifndef NET_CURL_LOAD_H
#define NET_CURL_LOAD_H

#include <curl/curl.h>

struct why;

struct curl_functions {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *easy);
	CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
	CURLcode (*easy_perform)(CURL *easy);
	const char *(*easy_strerror)(CURLcode rc);
	curl_version_info_data *(*version_info)(CURLversion age);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_cleanup)(CURLM *multi);
	CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
	CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t fd, int what,
					 int *running);
	CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
	void (*slist_free_all)(struct curl_slist *list);
};

/* Loads libcurl with the first call. *ret_curl is borrowed and stays. */
int curl_load(const struct curl_functions **ret_curl, struct why *why);

#endif
