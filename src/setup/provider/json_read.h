/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the JSON of providers; nothing of it is believed to have the right type. */
#ifndef SETUP_PROVIDER_JSON_READ_H
#define SETUP_PROVIDER_JSON_READ_H

#include <jansson.h>
#include <stdint.h>

struct provider_answer;
struct why;

/* NULL with DP_EFORMAT in *ret_rc where body is no JSON. The caller json_decref()s it. */
json_t *json_read(const char *body, int *ret_rc, struct why *why);
/* A text member on the heap, at most 300 octets of it, control characters as blanks; NULL
 * where there is none. */
char *json_read_text(const json_t *object, const char *name);
/* A member that is a number, in digits too, from 0 to UINT32_MAX; 0 where there is none.
 */
uint32_t json_read_number(const json_t *object, const char *name);
/* Adds each text of an array of records. */
int json_read_records(const json_t *array, struct provider_answer *answer,
		      struct why *why);

#endif
