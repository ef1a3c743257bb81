# The hosts that a run with --lookup-only leaves to be probed, as targets of their own:
#   jq -r -f hosts.jq lookups | sort -u >hosts
# XMPP servers choose their certificate by the domain: join.jq leaves those to a check of the domain.
.endpoints[]
| select(.code == "not-probed" and (.service | startswith("xmpp") | not))
| "\(.service)://\(.host):\(.port)"
