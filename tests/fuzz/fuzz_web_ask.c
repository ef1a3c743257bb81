/* SPDX-License-Identifier: BSD-2-Clause */
/* What an HTTP server answers: status line, headers and body, through libcurl as the
 * program has it. A thread is the server. */
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/web.h"

#define ANSWER_MAX (128 * 1024)

/* A copy, since an asker may be gone before the thread is done. */
static struct {
	int listener;
	pthread_mutex_t lock;
	uint8_t answer[ANSWER_MAX];
	size_t len;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer_one(int fd)
{
	static uint8_t answer[ANSWER_MAX];
	char request[4096];
	size_t sent = 0, len;
	ssize_t n = read(fd, request, sizeof(request));

	pthread_mutex_lock(&server.lock);
	len = server.len;
	memcpy(answer, server.answer, len);
	pthread_mutex_unlock(&server.lock);
	while (n > 0 && sent < len) {
		n = send(fd, answer + sent, len - sent, MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof(request)) > 0)
		;
	close(fd);
}

static void *serve(void *unused)
{
	int fd;

	while ((fd = accept(server.listener, NULL, NULL)) >= 0)
		answer_one(fd);
	return unused;
}

/* Returns the port. */
static int start_server(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	pthread_t thread;

	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server.listener, (struct sockaddr *)&at, len) < 0 ||
	    listen(server.listener, 64) < 0 ||
	    getsockname(server.listener, (struct sockaddr *)&at, &len) < 0 ||
	    pthread_create(&thread, NULL, serve, NULL) != 0)
		abort();
	return ntohs(at.sin_port);
}

static void check_reply(const struct web_reply *reply)
{
	if (reply->body_len > WEB_BODY_MAX || reply->body[reply->body_len] ||
	    reply->status < 0 || reply->retry_after_s < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char url[64];
	const struct web_request request = { .url = url,
					     .agent = "fuzz",
					     .timeout_ms = 2000 };
	struct web_reply reply;

	if (!*url)
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/", start_server());
	pthread_mutex_lock(&server.lock);
	server.len = size < ANSWER_MAX ? size : ANSWER_MAX;
	memcpy(server.answer, data, server.len);
	pthread_mutex_unlock(&server.lock);
	if (web_ask(&request, &reply, NULL) == 0) {
		check_reply(&reply);
		web_reply_clear(&reply);
	}
	return 0;
}
