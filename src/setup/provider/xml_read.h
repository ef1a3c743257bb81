/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the XML of Route 53 with net/xml.h: element by element, nothing but tags and
 * text. */
#ifndef SETUP_PROVIDER_XML_READ_H
#define SETUP_PROVIDER_XML_READ_H

#include <stdbool.h>
#include <stddef.h>

struct why;

/* An element that has just ended; borrowed. */
struct xml_element {
	const char *name;
	const char *text; /* before its end tag, the five named references resolved; what
			     is in an element with children is no text of its own */
	size_t depth;	  /* the root's is 1 */
};

/* Returns false to stop reading. */
typedef bool xml_element_fn(const struct xml_element *element, void *arg);

/* Calls see at the end of each element of the namespace. DP_EFORMAT where body isn't well
 * formed, or has anything but tags and text. */
int xml_read_each(const char *body, const char *ns, xml_element_fn *see, void *arg,
		  struct why *why);

#endif
