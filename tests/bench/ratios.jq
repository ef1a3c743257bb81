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
	matched: (.[8] | tonumber), last_match_s: (.[9] | tonumber),
	questions: (.[10] | tonumber), connections: (.[11] | tonumber) } |
	.cpu_ms = (.cpu_s + .cpu_resolver_s) / .targets * 1000 |
	.per_s = .targets / .wall_s] as $runs |
def of($scene; $who): [$runs[] | select(.scene == $scene and .who == $who)];
def cpu($scene; $who): [of($scene; $who)[].cpu_ms] | median;
def rate($scene; $who): [of($scene; $who)[].per_s] | median;
# Until the last that answers is done: silent hosts end after that, with their deadline.
def until_last($runs): [$runs[] | .targets / .last_match_s] | best;
def peer_rates(f): [$runs[] | select(.scene == "late" and (.who | IN(peers[])) and f) | .per_s];
def peer_cpu: [$runs[] | select(.scene == "plain" and (.who | IN(peers[]))) | .cpu_ms] | least;
def chain($name): cpu("chains"; "daneprobe-\($name)") | over(cpu("chains"; "floor-\($name)"));
# How many times one check waits for DNS: what 50 ms more at each answer and each flight of the
# server add to it, but for the one flight that TLS 1.3 has. Of the least times, since other load
# only adds to them.
def seconds($who): [of("single"; $who)[].wall_s] | median;
def least($who): [of("single"; $who)[].last_match_s] | least;
def trips($how): least("https-\($how)-0") as $none | least("https-\($how)-50") as $late |
	if $none == null or $late == null then null else (($late - $none) / 0.05 - 1) * 10 | round / 10 end;
def each($scene; $who; f): of($scene; $who) | last | if . == null then null else f end;
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
	cpu_floor_ratio_chain: chain("p384-50"),
	cpu_floor_ratio_chains: (["none", "p256-2", "p256-50", "p384-2", "p384-50", "rsa-2", "rsa-50"] |
		map({ (.): chain(.) }) | add),
	check_vs_danetool: (seconds("ours") | over(seconds("danetool"))),
	check_ms: (seconds("ours") | if . == null then null else . * 1000 end),
	version_ms: (seconds("version") | if . == null then null else . * 1000 end),
	check_rtt_resolver: trips("resolver"),
	check_rtt_resolvconf: trips("resolvconf"),
	check_rtt_recurse: trips("recurse"),
	hosting_connections: each("hosting"; "mx"; .connections),
	hosting_cpu_ms: cpu("hosting"; "mx"),
	hosting_srv_connections: each("hosting"; "srv"; .connections),
	hosting_srv_cpu_ms: cpu("hosting"; "srv"),
	hosting_questions: each("hosting"; "counted-mx"; .questions),
	silent_cost_default: (until_last(of("hung"; "daneprobe-none")) as $none | until_last(of("hung"; "daneprobe-hung")) as $some |
		if $none == null or $some == null then null else [0, 1 - $some / $none] | max * 1000 | round / 1000 end),
	questions_per_target: each("plain"; "counted-own"; .questions / .targets * 100 | round / 100),
	questions_per_target_shared: each("plain"; "counted-shared"; .questions / .targets * 100 | round / 100),
	ipv4_only_saves: (cpu("plain"; "daneprobe-own-4") as $four | cpu("plain"; "daneprobe-own") |
		if . == null or $four == null then null else (1 - $four / .) * 1000 | round / 1000 end),
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
