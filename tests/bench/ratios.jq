# SPDX-License-Identifier: BSD-2-Clause
# From the lines of many.sh (a run each, tabs between) to bench.json.
def median: sort | if length == 0 then null else .[(length - 1) / 2 | floor] end;
def over($b): if . == null or $b == null or $b == 0 then null else . / $b * 1000 | round / 1000 end;
def best: if length == 0 then null else max end;
def least: if length == 0 then null else min end;
def peers: ["danetool", "ldns-dane", "openssl"];

[inputs | split("\t") | { scene: .[0], who: .[1], width: (.[2] | tonumber),
	targets: (.[3] | tonumber), wall_s: (.[4] | tonumber), cpu_s: (.[5] | tonumber),
	cpu_resolver_s: (.[6] | tonumber), rss_mib: (.[7] | tonumber / 1024),
	matched: (.[8] | tonumber), last_match_s: (.[9] | tonumber) } |
	.cpu_ms = (.cpu_s + .cpu_resolver_s) / .targets * 1000 |
	.per_s = .targets / .wall_s] as $runs |
def of($scene; $who): [$runs[] | select(.scene == $scene and .who == $who)];
def cpu($scene; $who): [of($scene; $who)[].cpu_ms] | median;
def rate($scene; $who): [of($scene; $who)[].per_s] | median;
# Until the last that answers is done: silent hosts end after that, with their deadline.
def until_last($runs): [$runs[] | .targets / .last_match_s] | best;
def peer_rates(f): [$runs[] | select(.scene == "late" and (.who | IN(peers[])) and f) | .per_s];
def peer_cpu: [$runs[] | select(.scene == "plain" and (.who | IN(peers[]))) | .cpu_ms] | least;
def rss($who): [of("memory"; $who)[].rss_mib] | best;

{
	cpu_floor_ratio: (cpu("plain"; "daneprobe-own") | over(cpu("plain"; "floor-own"))),
	cpu_floor_ratio_shared: (cpu("plain"; "daneprobe-shared") | over(cpu("plain"; "floor-shared"))),
	cpu_best_peer_ratio: (peer_cpu | over(cpu("plain"; "daneprobe-own"))),
	delayed_throughput_ratio: (rate("late"; "daneprobe-own") | over(peer_rates(.width == 4) | best)),
	delayed_throughput_ratio_best_p: (rate("late"; "daneprobe-own") | over(peer_rates(true) | best)),
	rss_mib_10k: rss($few),
	rss_mib_200k: rss($many),
	in_flight: $wide,
	silent_cost: (until_last(of("memory"; $few)) as $none | until_last(of("silent"; "daneprobe-silent")) as $some |
		if $none == null or $some == null then null else [0, 1 - $some / $none] | max * 1000 | round / 1000 end),
	floor_ms: cpu("plain"; "floor-own"),
	floor_shared_ms: cpu("plain"; "floor-shared"),
	floor_resolve_ms: cpu("plain"; "floor-resolve"),
	daneprobe_ms: cpu("plain"; "daneprobe-own"),
	daneprobe_shared_ms: cpu("plain"; "daneprobe-shared"),
	daneprobe_late_per_s: rate("late"; "daneprobe-own"),
	smtp_cpu_peer_ratio: ([of("plain"; "posttls-finger")[].cpu_ms] | least | over(cpu("plain"; "daneprobe-smtp"))),
	smtp_delayed_throughput_ratio: (rate("late"; "daneprobe-smtp") |
		over([of("late"; "posttls-finger")[] | select(.width == 4) | .per_s] | best)),
	figures: $runs
}
