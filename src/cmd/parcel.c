/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/channel.h"

/* Both ends are one program on one machine, so numbers stay as they are. The text
 * follows, with its NUL. */
struct head {
	int64_t line;
	uint32_t slot;
	uint8_t kind, state;
	uint16_t code;
};

void parcel_send(struct channel *c, const struct parcel *parcel)
{
	const char *text = parcel->text ? parcel->text : "";
	size_t len = strlen(text) + 1;
	struct head head = { .line = parcel->line,
			     .slot = parcel->slot,
			     .kind = (uint8_t)parcel->kind,
			     .state = (uint8_t)parcel->state,
			     .code = (uint16_t)parcel->code };
	char *data = mem_zero(sizeof(head) + len);

	memcpy(data, &head, sizeof(head));
	memcpy(data + sizeof(head), text, len);
	channel_send(c, data, sizeof(head) + len);
	free(data);
}

bool parcel_read(const void *data, size_t len, struct parcel *ret_parcel)
{
	const char *text = (const char *)data + sizeof(struct head);
	struct head head;

	if (len <= sizeof(head) ||
	    memchr(text, '\0', len - sizeof(head)) != (const char *)data + len - 1)
		return false;
	memcpy(&head, data, sizeof(head));
	if (head.kind > PARCEL_BACK || head.state > STATE_UNKNOWN ||
	    head.code >= CODE_COUNT)
		return false;
	*ret_parcel = (struct parcel){ .kind = (enum parcel_kind)head.kind,
				       .slot = head.slot,
				       .line = head.line,
				       .state = (enum state)head.state,
				       .code = (enum code)head.code,
				       .text = text,
				       .text_len = len - sizeof(head) - 1 };
	return true;
}
