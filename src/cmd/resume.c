/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "cmd/counts.h"
#include "render/result.h"

#define FIRST_SIZE 1024 /* a power of two, as all sizes are */
#define DIGEST_LEN 12	/* of SHA-256: nobody can make two names collide on 96 bits */

static const char result_start[] = "{\"version\":";

struct entry {
	uint8_t digest[DIGEST_LEN];
	uint32_t left; /* results that nobody took yet, plus one; 0: an empty entry */
};

/* A hash table with open addressing; nothing is ever removed from it. */
struct resume {
	struct entry *entry; /* owned */
	size_t size, count;
	bool probed;
};

/* The beginning of a line of the file, and what else is to be known about it. */
struct line {
	char head[RESULT_HEAD_MAX + 1];
	size_t len; /* of head */
	char last;  /* byte of the line, but for the CR of a CR LF */
	bool whole; /* a newline follows it */
};

/*
 * The table
 */
static void digest_of(const char *key, uint8_t *ret_digest)
{
	uint8_t sha256[32];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, key, strlen(key), sha256) < 0)
		mem_exhausted(); /* hashing has no other reason to fail */
	memcpy(ret_digest, sha256, DIGEST_LEN);
}

/* Where the digest is, or else the empty entry where it belongs. */
static struct entry *find_entry(const struct resume *r, const uint8_t *digest)
{
	size_t at;

	memcpy(&at, digest, sizeof(at));
	for (at &= r->size - 1; r->entry[at].left; at = (at + 1) & (r->size - 1))
		if (!memcmp(r->entry[at].digest, digest, DIGEST_LEN))
			break;
	return &r->entry[at];
}

static void grow_table(struct resume *r)
{
	struct resume larger = { .size = r->size * 2, .count = r->count };
	size_t i;

	larger.entry = mem_array(larger.size, sizeof(*larger.entry));
	for (i = 0; i < r->size; i++)
		if (r->entry[i].left)
			*find_entry(&larger, r->entry[i].digest) = r->entry[i];
	free(r->entry);
	*r = larger;
}

static void add_key(struct resume *r, const char *key)
{
	uint8_t digest[DIGEST_LEN];
	struct entry *e;

	if (r->count >= r->size / 8 * 7)
		grow_table(r);
	digest_of(key, digest);
	e = find_entry(r, digest);
	if (!e->left) {
		memcpy(e->digest, digest, DIGEST_LEN);
		e->left = 1;
		r->count++;
	}
	if (e->left < UINT32_MAX)
		e->left++;
}

bool resume_take(struct resume *r, const char *key)
{
	uint8_t digest[DIGEST_LEN];
	char *written = result_key(key);
	struct entry *e;

	digest_of(written, digest);
	free(written);
	e = find_entry(r, digest);
	if (e->left < 2)
		return false;
	e->left--;
	return true;
}

/*
 * The file
 */

/* False at the end of the file. */
static bool read_line(FILE *file, struct line *l)
{
	int c = getc_unlocked(file);

	l->len = 0;
	l->last = '\0';
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc_unlocked(file)) {
		if (c != '\r')
			l->last = (char)c;
		if (l->len < RESULT_HEAD_MAX)
			l->head[l->len++] = (char)c;
	}
	l->head[l->len] = '\0';
	l->whole = c == '\n';
	return true;
}

static bool begins_with(const struct line *l, const char *octets, size_t len)
{
	return l->len >= len && !memcmp(l->head, octets, len);
}

/* Its mark, or half of an ASCII character. */
static bool is_utf16(const struct line *first)
{
	return begins_with(first, "\xff\xfe", 2) || begins_with(first, "\xfe\xff", 2) ||
	       begins_with(first, "", 1) || begins_with(first, "{", 2);
}

static void drop_mark(struct line *first)
{
	size_t n = sizeof(TEXT_FILE_MARK) - 1;

	if (!begins_with(first, TEXT_FILE_MARK, n))
		return;
	first->len -= n;
	memmove(first->head, first->head + n, first->len + 1);
}

/* What was looked up only isn't done where servers are to be asked. */
static bool is_done(const struct resume *r, const struct result *result)
{
	return result->code != CODE_STOPPED && !(r->probed && result->lookup_only);
}

/* False where the line is no result. */
static bool take_line(struct resume *r, const struct line *l, struct counts *counts)
{
	struct result result;

	if (l->last != '}' || !result_from_head(l->head, &result))
		return false;
	if (is_done(r, &result)) {
		add_key(r, result.key);
		counts_add(counts, result.state, result.code);
		counts->resumed++;
	}
	result_clear(&result);
	return true;
}

/* What the lines of a file turned out to be. */
struct tally {
	uint64_t results, others;
	uint64_t first_other; /* number of that line */
	off_t whole;	      /* bytes up to the end of the last whole line */
	bool cut;	      /* something follows these */
	bool cut_is_ours;     /* and it is the beginning of a result */
	bool utf16;
};

static int read_lines(struct resume *r, FILE *file, struct counts *counts,
		      struct tally *ret_tally)
{
	struct line *l = mem_zero(sizeof(*l));
	struct tally t = { 0 };

	while (!t.utf16 && read_line(file, l)) {
		if (!t.whole) {
			t.utf16 = is_utf16(l);
			drop_mark(l);
		}
		if (!l->whole) {
			size_t n = sizeof(result_start) - 1;

			t.cut = true;
			t.cut_is_ours =
				!strncmp(l->head, result_start, l->len < n ? l->len : n);
			break;
		}
		t.whole = ftello(file);
		if (take_line(r, l, counts))
			t.results++;
		else if (!t.others++)
			t.first_other = t.results + 1;
	}
	free(l);
	*ret_tally = t;
	return ferror(file) ? -1 : 0;
}

static bool appends_to(int out_fd, FILE *file)
{
	int flags = fcntl(out_fd, F_GETFL);
	struct stat ours, theirs;

	return flags >= 0 && (flags & O_APPEND) && fstat(out_fd, &ours) == 0 &&
	       fstat(fileno(file), &theirs) == 0 && S_ISREG(ours.st_mode) &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static int read_file(struct resume *r, FILE *file, const char *path, int out_fd,
		     struct counts *counts, struct why *why)
{
	struct tally t;

	if (read_lines(r, file, counts, &t) < 0)
		return why_errno(why, errno, "can't read %s", path);
	if (t.utf16)
		return text_file_refuse_utf16(path, why);
	if (!t.results && (t.others || (t.cut && !t.cut_is_ours)))
		return why_set(why, DP_EFORMAT,
			       "%s holds no result: --resume wants what an earlier run "
			       "wrote with -o ndjson",
			       path);
	if (t.others)
		log_warn("%s: %llu lines are no results (the first is line %llu), and "
			 "count for nothing",
			 path, (unsigned long long)t.others,
			 (unsigned long long)t.first_other);
	if (t.cut && appends_to(out_fd, file) && ftruncate(out_fd, t.whole) < 0)
		return why_errno(why, errno, "can't cut the half line at the end of %s",
				 path);
	return 0;
}

int resume_new(const char *path, int out_fd, bool probed, struct counts *counts,
	       struct resume **ret_resume, struct why *why)
{
	FILE *file = fopen(path, "re");
	struct resume *r;
	int rc;

	if (!file)
		return why_errno(why, errno, "can't open %s", path);
	r = mem_zero(sizeof(*r));
	r->size = FIRST_SIZE;
	r->probed = probed;
	r->entry = mem_array(r->size, sizeof(*r->entry));
	rc = read_file(r, file, path, out_fd, counts, why);
	(void)fclose(file);
	if (rc < 0) {
		resume_free(r);
		return rc;
	}
	*ret_resume = r;
	return 0;
}

void resume_free(struct resume *r)
{
	if (!r)
		return;
	free(r->entry);
	free(r);
}
