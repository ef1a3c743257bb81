# SPDX-License-Identifier: BSD-2-Clause
# A strict reader of TAP 13: prints what is wrong, and "PASSED FAILED SKIPPED" as its last line.
function bad(text) { print "line " NR ": " text; wrong = 1 }
NR == 1 && $0 != "TAP version 13" { bad("no version") }
NR == 1 { next }
/[\001-\037\177]/ { bad("a control character") }
ended { bad("something behind the plan") }
/^(not )?ok / {
	line = $0
	failed_one = sub(/^not /, "", line)
	number = line
	sub(/^ok /, "", number)
	sub(/ - .*/, "", number)
	if (number !~ /^[1-9][0-9]*$/ || number != ++count) bad("number " number ", not " count)
	if (line !~ /^ok [0-9]+ - [^ ]/) bad("no description")
	rest = line
	hashes = gsub(/#/, "#", rest)
	skip = line ~ / # SKIP [^ ]/
	if (hashes > skip) bad("a '#' that begins no directive")
	if (skip && failed_one) bad("a skipped failure")
	skipped += skip; failed += failed_one; passed += !skip && !failed_one
	next
}
/^1\.\.[1-9][0-9]*$/ {
	if (substr($0, 4) != count) bad("the plan says " substr($0, 4) ", there were " count)
	ended = 1
	next
}
/^# / || /^#$/ { next }
{ bad("neither test, plan nor comment: " $0) }
END {
	if (!ended) bad("no plan")
	print passed + 0, failed + 0, skipped + 0
	exit wrong
}
