# What join.jq needs of the hosts' results, by host:
#   jq -n -c -f map.jq results >map
reduce inputs as $r ({}; .[$r.normalized // $r.target] =
  { code: $r.code, state: $r.state, alone: ($r.endpoints[0].state // $r.state) })
