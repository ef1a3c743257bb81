/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run's parent and its workers say to each other over a channel. */
#ifndef CMD_PARCEL_H
#define CMD_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict/code.h"
#include "verdict/state.h"

struct channel;

enum parcel_kind {
	PARCEL_TARGET, /* to a worker: text is one; slot names it from then on */
	PARCEL_DRAIN,  /* to a worker: give back what isn't begun */
	PARCEL_STOP,   /* to a worker: that, and end what is in flight; text: by whom */
	PARCEL_RESULT, /* from a worker: text is slot's line of ndjson */
	PARCEL_BACK,   /* from a worker: slot wasn't begun */
};

struct parcel {
	enum parcel_kind kind;
	uint32_t slot;
	int64_t line; /* of the target in its file */
	enum state state;
	enum code code;
	const char *text; /* borrowed; "" where there is none */
	size_t text_len;
};

/* Finds text_len by itself. */
void parcel_send(struct channel *c, const struct parcel *parcel);
/* False where data is none. The text stays in data. */
bool parcel_read(const void *data, size_t len, struct parcel *ret_parcel);

#endif
