/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "net/curl_load.h"

#define HEADERS_MAX (64 * 1024) /* all header lines of one answer together */

/* Set by the first http_new(). */
static const struct curl_functions *curl;

struct http {
	struct loop *loop; /* borrowed */
	http_fn *fn;
	void *arg;
	CURLM *multi;		     /* owned */
	CURL *easy;		     /* owned */
	struct curl_slist *headers;  /* owned */
	struct curl_slist *resolve;  /* owned */
	struct loop_io *io;	     /* owned; libcurl's one socket */
	curl_socket_t fd;	     /* the one that io watches */
	struct loop_timer *timer;    /* owned; libcurl's */
	struct loop_timer *delivery; /* owned; the reply, once it's there */
	bool want_body, enough;
	struct buf body;
	size_t header_bytes;
	char error[CURL_ERROR_SIZE];
	struct http_reply reply;
};

static void deliver_reply(void *arg)
{
	struct http *h = arg;
	http_fn *fn = h->fn;

	h->fn = NULL;
	if (fn)
		fn(h->arg, &h->reply);
}

static void take_result(struct http *h, CURLcode rc)
{
	long status = 0;

	curl->easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	h->reply.status = (int)status;
	h->reply.body = buf_str(&h->body);
	h->reply.body_len = h->body.len;
	if (rc == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		h->reply.error = "the second connection presented another key";
	else if (h->header_bytes > HEADERS_MAX)
		h->reply.error = "the headers of the answer are longer than 64 KiB";
	else if (rc == CURLE_OUT_OF_MEMORY) /* what libcurl calls that */
		h->reply.error = "a header of the answer is longer than libcurl takes "
				 "(100 kB)";
	else if (rc != CURLE_OK && !h->enough)
		h->reply.error = h->error[0] ? h->error : curl->easy_strerror(rc);
	h->delivery = loop_timer_new(h->loop, 0, deliver_reply, h);
}

static void look_for_end(struct http *h)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl->multi_info_read(h->multi, &left)))
		if (msg->msg == CURLMSG_DONE && !h->delivery)
			take_result(h, msg->data.result);
}

static void on_socket(void *arg, bool readable, bool writable)
{
	struct http *h = arg;
	int running;

	curl->multi_socket_action(h->multi, h->fd,
				  (readable ? CURL_CSELECT_IN : 0) |
					  (writable ? CURL_CSELECT_OUT : 0),
				  &running);
	look_for_end(h);
}

static void on_timer(void *arg)
{
	struct http *h = arg;
	int running;

	curl->multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_for_end(h);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct http *h = arg;

	(void)easy;
	(void)unused;
	if (h->io && (what == CURL_POLL_REMOVE || fd != h->fd)) {
		loop_io_free(h->io);
		h->io = NULL;
	}
	if (what == CURL_POLL_REMOVE)
		return 0;
	if (!h->io) {
		h->io = loop_io_new(h->loop, (int)fd, on_socket, h);
		h->fd = fd;
	}
	loop_io_want(h->io, what & CURL_POLL_IN, what & CURL_POLL_OUT);
	return 0;
}

static int watch_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct http *h = arg;

	(void)multi;
	loop_timer_free(h->timer);
	h->timer =
		timeout_ms < 0 ? NULL : loop_timer_new(h->loop, timeout_ms, on_timer, h);
	return 0;
}

/* Returning less than it was given makes libcurl end the transfer. */
static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http *h = arg;
	size_t len = size * count, room = h->body.max - h->body.len;

	if (!h->want_body) {
		h->enough = true;
		return 0;
	}
	if (len > room) {
		buf_add(&h->body, data, room);
		h->enough = true;
		return 0;
	}
	buf_add(&h->body, data, len);
	return len;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct http *h = arg;

	(void)data;
	h->header_bytes += size * count;
	return h->header_bytes > HEADERS_MAX ? 0 : size * count;
}

static void set_headers(struct http *h, const struct http_conf *conf)
{
	char *host = conf->port == 443
			     ? mem_printf("Host: %s", conf->host)
			     : mem_printf("Host: %s:%d", conf->host, conf->port);
	char *resolve =
		mem_printf("%s:%d:%s", conf->sni, conf->connect_port, conf->address);

	h->headers = curl->slist_append(NULL, host);
	h->resolve = curl->slist_append(NULL, resolve);
	free(host);
	free(resolve);
}

/* DANE has decided already, so the connection is tied to the key that it accepted and to
 * nothing else: no CA, no name check, no proxy from the environment. */
static CURLcode set_security(struct http *h, const struct http_conf *conf)
{
	char *digest = base64_encode(conf->pin, 32);
	char *pin = mem_printf("sha256//%s", digest);
	CURLcode rc = curl->easy_setopt(h->easy, CURLOPT_PINNEDPUBLICKEY, pin);

	free(digest);
	free(pin);
	if (rc == CURLE_NOT_BUILT_IN || rc == CURLE_UNKNOWN_OPTION)
		return CURLE_NOT_BUILT_IN;
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	/* else libcurl would read every CA of the system */
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_CAINFO, NULL);
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_CAPATH, NULL);
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "https");
	if (rc == CURLE_OK)
		rc = curl->easy_setopt(h->easy, CURLOPT_PROXY, "");
	return rc;
}

static CURLcode prepare_fetch(struct http *h, const struct http_conf *conf)
{
	CURL *easy = h->easy;
	char *url =
		mem_printf("https://%s:%d%s", conf->sni, conf->connect_port, conf->path);
	CURLcode rc = set_security(h, conf);

	if (rc == CURLE_OK)
		rc = curl->easy_setopt(easy, CURLOPT_URL, url);
	free(url);
	set_headers(h, conf);
	curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, h->headers);
	curl->easy_setopt(easy, CURLOPT_RESOLVE, h->resolve);
	curl->easy_setopt(easy, CURLOPT_USERAGENT, conf->agent);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, h);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, h);
	return rc;
}

static int explain_setup(CURLcode rc, struct why *why)
{
	const char *tls = curl->version_info(CURLVERSION_NOW)->ssl_version;

	if (rc == CURLE_NOT_BUILT_IN)
		return why_set(why, DP_ELIBRARY,
			       "libcurl with %s can't tie a connection to a key, as the "
			       "fetch after a match has to: it takes one with GnuTLS or "
			       "OpenSSL",
			       tls ? tls : "no TLS library");
	return why_set(why, DP_EIO, "can't set up the HTTP request: %s",
		       curl->easy_strerror(rc));
}

int http_new(struct loop *loop, const struct http_conf *conf, http_fn *fn, void *arg,
	     struct http **ret_http, struct why *why)
{
	struct http *h;
	int loaded = curl_load(&curl, why);
	CURLcode rc;

	if (loaded < 0)
		return loaded;
	h = mem_zero(sizeof(*h));
	h->loop = loop;
	h->fn = fn;
	h->arg = arg;
	h->want_body = conf->want_body;
	buf_init(&h->body, HTTP_BODY_MAX);
	h->multi = curl->multi_init();
	h->easy = curl->easy_init();
	rc = h->multi && h->easy ? prepare_fetch(h, conf) : CURLE_OUT_OF_MEMORY;
	if (rc != CURLE_OK) {
		http_free(h);
		return explain_setup(rc, why);
	}
	curl->multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl->multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl->multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl->multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl->multi_add_handle(h->multi, h->easy);
	*ret_http = h;
	return 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	if (h->multi && h->easy)
		curl->multi_remove_handle(h->multi, h->easy);
	if (h->easy)
		curl->easy_cleanup(h->easy);
	if (h->multi)
		curl->multi_cleanup(h->multi);
	curl->slist_free_all(h->headers);
	curl->slist_free_all(h->resolve);
	loop_io_free(h->io);
	loop_timer_free(h->timer);
	loop_timer_free(h->delivery);
	buf_clear(&h->body);
	free(h);
}
