/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/web.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "net/curl_load.h"

#define HEADERS_MAX (64 * 1024) /* all header lines of one answer together */

struct transfer {
	struct buf body;
	size_t header_bytes;
	char error[CURL_ERROR_SIZE];
};

/* Returning less than it was given ends the transfer. */
static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	return buf_add(&t->body, data, size * count) ? size * count : 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	(void)data;
	t->header_bytes += size * count;
	return t->header_bytes > HEADERS_MAX ? 0 : size * count;
}

/* A proxy in http_proxy or all_proxy would read the headers of what isn't in TLS. */
static bool is_in_clear(const char *url)
{
	return strncasecmp(url, "https://", 8) != 0;
}

static CURLcode prepare_request(const struct curl_functions *curl, CURL *easy,
				const struct web_request *r, struct curl_slist *headers,
				struct transfer *t)
{
	CURLcode rc = curl->easy_setopt(easy, CURLOPT_URL, r->url);

	if (rc == CURLE_OK)
		rc = curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
	if (rc == CURLE_OK && is_in_clear(r->url))
		rc = curl->easy_setopt(easy, CURLOPT_PROXY, "");
	if (rc == CURLE_OK && r->ca_file)
		rc = curl->easy_setopt(easy, CURLOPT_CAINFO, r->ca_file);
	/* libcurl would trust the system's folder beside the file */
	if (rc == CURLE_OK && r->ca_file)
		rc = curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (rc == CURLE_OK && r->body)
		rc = curl->easy_setopt(easy, CURLOPT_POSTFIELDS, r->body);
	if (rc == CURLE_OK && r->sigv4)
		rc = curl->easy_setopt(easy, CURLOPT_AWS_SIGV4, r->sigv4);
	if (rc == CURLE_OK && r->sigv4)
		rc = curl->easy_setopt(easy, CURLOPT_USERPWD, r->user);
	if (rc == CURLE_OK && r->method)
		rc = curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl->easy_setopt(easy, CURLOPT_USERAGENT, r->agent);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, t);
	return rc;
}

static void take_web_reply(const struct curl_functions *curl, CURL *easy,
			   const struct transfer *t, struct web_reply *ret_reply)
{
	curl_off_t retry_after = 0;
	long status = 0;

	curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl->easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
	*ret_reply = (struct web_reply){
		.status = (int)status,
		.body = mem_text_n(buf_str(&t->body), t->body.len),
		.body_len = t->body.len,
		.retry_after_s = retry_after > 0 ? (int64_t)retry_after : 0,
	};
}

/* A phrase; of headers the same as of a page's (http.c). */
static const char *explain_failure(const struct curl_functions *curl,
				   const struct transfer *t, CURLcode code)
{
	if (t->body.overflow)
		return "the answer is too large";
	if (t->header_bytes > HEADERS_MAX)
		return "the headers of the answer are longer than 64 KiB";
	if (code == CURLE_OUT_OF_MEMORY) /* what libcurl calls that */
		return "a header of the answer is longer than libcurl takes (100 kB)";
	return t->error[0] ? t->error : curl->easy_strerror(code);
}

int web_ask(const struct web_request *r, struct web_reply *ret_reply, struct why *why)
{
	const struct curl_functions *curl = NULL;
	struct curl_slist *headers = NULL;
	struct transfer t = { .error = "" };
	CURL *easy;
	CURLcode code;
	size_t i;
	int rc = curl_load(&curl, why);

	if (rc < 0)
		return rc;
	buf_init(&t.body, WEB_BODY_MAX);
	for (i = 0; r->headers && r->headers[i]; i++)
		headers = curl->slist_append(headers, r->headers[i]);
	easy = curl->easy_init();
	code = easy ? prepare_request(curl, easy, r, headers, &t) : CURLE_OUT_OF_MEMORY;
	if (code == CURLE_OK)
		code = curl->easy_perform(easy);
	if (code == CURLE_OK)
		take_web_reply(curl, easy, &t, ret_reply);
	else
		rc = why_set(why, code == CURLE_OPERATION_TIMEDOUT ? DP_ELATER : DP_EIO,
			     "%s: %s", r->url, explain_failure(curl, &t, code));
	if (easy)
		curl->easy_cleanup(easy);
	curl->slist_free_all(headers);
	buf_clear(&t.body);
	return rc;
}

void web_reply_clear(struct web_reply *reply)
{
	free(reply->body);
	*reply = (struct web_reply){ 0 };
}
