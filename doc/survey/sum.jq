# Adds up what --summary=FILE wrote for each part of a list:
#   jq -s -f sum.jq summary.*
def sums(f): map(f | to_entries[]) | group_by(.key) | map({key: .[0].key, value: (map(.value) | add)})
  | from_entries;
if length == 0 then error("there is no summary") else
{ version: 1, complete: all(.complete), targets: map(.targets) | add,
  resumed: map(.resumed) | add, states: sums(.states), codes: sums(.codes) } end
