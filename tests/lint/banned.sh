#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Functions and constructs that the program does without, or only in named places.
. "$(dirname "$0")/lint.sh"

# What is banned (ERE, as a whole word), where it is allowed all the same (ERE on the path), and why.
cat >"$tmp/rules" <<'END'
(v?sprintf|strn?cpy|strn?cat|stpcpy|gets|strtok) *\(;^$;unbounded or surprising: buf.h
(atoi|atol|atoll|atof) *\(;^$;no error reported
strto(l|ll|ul|ull|d|f|imax|umax) *\(;^base/;numbers are parsed in base
(localtime|localtime_r|gmtime|ctime|asctime|mktime) *\(;^$;clock.h, in UTC
(v?printf|puts|putchar|fputs|fputc|putc|v?fprintf|fwrite|perror) *\(;^(render/|cmd/|main\.c|base/(log|mem|file)\.c);printing is for render and cmd
(exit|_exit|_Exit|abort|quick_exit) *\(;^(cmd/|render/|main\.c|base/(mem|apart)\.c|probe/search\.c|setup/world/command\.c);only main, cmd and mem end the process, apart, search and command their child
(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf|alloca) *\(;^base/mem\.c;mem.h
(system|popen|tmpnam|mktemp|rand|srand|random) *\(;^$;shell, race or weak
(sleep|usleep|nanosleep|poll|select) *\(;^(base/apart|setup/world/command|dns/exchange|cmd/(cutoff|source|outbox|verb_hook))\.c;the loop waits; apart.c and command.c for their child, verb_hook.c for a lock, exchange.c, for setup, for one reply, source.c where there is no loop, cutoff.c and outbox.c not at all
extern;^$;no shared variables
typedef struct;^$;struct x is its own name
# *(if|ifdef|ifndef|elif) .*;\.h$;configure picks files, not the preprocessor
END

# One search a rule over all lines, "PATH:LINE:TEXT": one a file would take half a minute.
banned()
{
	sources "$1" | while read -r file; do
		code "$file" | path=${file#"$1"/src/} awk '{ print ENVIRON["path"] ":" NR ":" $0 }'
	done >"$tmp/code"
	while IFS=';' read -r what where why; do
		grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_])?$what" "$tmp/code" |
			where=$where awk -F: '$1 !~ ENVIRON["where"]' |
			sed "s|^\([^:]*:[0-9]*\):[[:blank:]]*|src/\1: $why: |" || :
	done <"$tmp/rules"
}

# bad NAME PATH TEXT
bad()
{
	rm -rf "$tmp/tree"
	mkdir -p "$(dirname "$tmp/tree/src/$2")"
	printf '%s\n' "$3" >"$tmp/tree/src/$2"
	dirty "self-test: $1" banned "$tmp/tree"
}

good()
{
	rm -rf "$tmp/tree"
	mkdir -p "$(dirname "$tmp/tree/src/$2")"
	printf '%s\n' "$3" >"$tmp/tree/src/$2"
	clean "self-test: $1" banned "$tmp/tree"
}

# Formats: what a text is cut to stands where it is made (why.c, mem_shorten); a digest's first
# digits, which dots follow, are meant. A generation, view or certificate is printed by
# lineage_number().
formats()
{
	(cd "$1" && grep -rnE '%\.[0-9]+s($|[^.]|\.[^.])' src --include='*.c' |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: cut by its format: why.c shortens a sentence/' || :)
	(cd "$1" && grep -rn '%04ll' src --include='*.c' | grep -v '^src/setup/lineage/lineage\.c:' |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: lineage_number() prints it/' || :)
}

clean "nothing banned is used" banned "$top_srcdir"
clean "formats cut no text" formats "$top_srcdir"
# bad_format NAME FORMAT
bad_format()
{
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/src/dns"
	printf 'x("%s", y);\n' "$2" >"$tmp/tree/src/dns/x.c"
	dirty "self-test: $1" formats "$tmp/tree"
}

bad_format "a text cut by its format" "%.200s: no answer"
bad_format "a text cut at the end" "key %.8s"
bad_format "a generation by hand" "key %04lld"
mkdir -p "$tmp/tree/src/dns"
echo 'x("key %.8s... of %.*s, %.3g s, %s", y);' >"$tmp/tree/src/dns/x.c"
clean "self-test: formats that are fine" formats "$tmp/tree"
bad "strcpy" base/x.c '	strcpy(a, b);'
bad "strtol outside base" dns/x.c '	n = strtol(a, &end, 10);'
bad "printf in dns" dns/x.c '	printf("hello");'
bad "exit in net" net/x.c '	exit(1);'
bad "ifdef in a .c" net/x.c '#ifdef HAVE_X'
good "a word in a comment or a string" net/x.c '/* strcpy(a) */ x("printf (\" gets(");'
good "snprintf" net/x.c '	snprintf(a, sizeof(a), "x");'
good "a guard in a header" net/x.h '#ifndef NET_X_H'
finish
