/* SPDX-License-Identifier: BSD-2-Clause */
/* Libraries that are loaded when they are first needed, not at every start. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

struct why;

struct library_symbol {
	const char *name;
	size_t offset; /* of the function pointer in the table */
};

/* Loads soname for the rest of the process and fills the table's pointers. DP_ELIBRARY
 * names what is missing. */
int library_load(const char *soname, const struct library_symbol *symbol, size_t count,
		 void *ret_table, struct why *why);

/* Says in the program's file, for those who make packages of it, which library is loaded
 * when and why (https://systemd.io/ELF_DLOPEN_METADATA): soname, feature and what are
 * literals. Stands beside the call of library_load(). */
#define LIBRARY_NOTE_TYPE UINT32_C(0x407c0c0a)
#define LIBRARY_JSON(soname, feature, what)                                              \
	"[{\"soname\":[\"" soname "\"],\"feature\":\"" feature                           \
	"\",\"description\":\"" what "\",\"priority\":\"recommended\"}]"
#define LIBRARY_NOTE(soname, feature, what)                                              \
	__attribute__((used, aligned(4), section(".note.dlopen"))) static const struct { \
		uint32_t name_size, text_size, type;                                     \
		char name[4];                                                            \
		_Alignas(uint32_t) char text[sizeof(LIBRARY_JSON(soname, feature,        \
								 what))];                \
	} library_note = { 4, sizeof(LIBRARY_JSON(soname, feature, what)),               \
			   LIBRARY_NOTE_TYPE, "FDO",                                     \
			   LIBRARY_JSON(soname, feature, what) }

#endif
