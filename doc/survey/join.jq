# Joins both stages: one line for each domain, as a check of the domain itself would end.
#   jq -c --slurpfile map map -f join.jq lookups
# "again" is true where only a check of the domain itself can tell: a certificate for usage 2 may
# have the domain's name instead of the host's, behind an alias it may not have the alias's; XMPP
# servers choose it by the domain; and of some hosts nothing is known. Nothing is OK that no
# server was asked for.
def order: ["bogus", "mismatch", "name-mismatch", "expired", "pkix-failed", "unusable", "no-tlsa",
  "insecure", "starttls-refused", "try-later", "tls-failed", "connect-failed", "timeout",
  "http-failed", "nxdomain", "no-address", "no-service", "bad-target", "dns-error", "no-route",
  "stopped", "not-probed", "match"];
def weight: {"OK": 0, "WARNING": 1, "UNKNOWN": 2, "CRITICAL": 3}[.];
def worst: max_by([(.state | weight), -(.code as $c | order | index($c))]);
def of_finding: {"info": "OK", "warning": "WARNING", "critical": "CRITICAL"}[.severity];

def host:
  if .code != "not-probed" then {code, state, alone: .state, again: false}
  else
    . as $e
    | ($map[0]["\(.service)://\(.host):\(.port)"] // {code: "not-probed", state: "UNKNOWN", alone: "UNKNOWN"})
    | .again = (.code == "not-probed" or .code == "stopped" or .code == "bad-target"
        or (any($e.tlsa.records[]; .usable and .usage == 2)
          and (.state != "OK" or $e.base_domain != $e.host)))
  end;

[.endpoints[] | host] as $hosts
| [$hosts[] | {code, state: .alone}] as $own
| (if any(.endpoints[]; .code == "not-probed") then $own | worst else {code, state} end) as $w
| { target, line, normalized,
    state: ([$w.state, $hosts[].state, (.findings[] | of_finding)] | max_by(weight)),
    code: $w.code,
    again: any($hosts[]; .again) }
