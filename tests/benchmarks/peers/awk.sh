#!/bin/sh
# awk: IN OUT DECIMALS. The logits are the run of columns that hold numbers in the first row.
LC_ALL=C exec awk -F, -v decimals="$3" '
BEGIN { last_cell = decimals == "full" ? "%.17g" : "%." decimals "f"; cell = last_cell "," }
NR == 1 { print; next }
NR == 2 {
  for (first = 1; $first ~ /[^-+.0-9eE]/; first++);
  for (last = first; last < NF && $(last + 1) !~ /[^-+.0-9eE]/; last++);
}
{
  top = shares[first] = $first + 0
  for (i = first + 1; i <= last; i++) { x = shares[i] = $i + 0; if (x > top) top = x }
  sum = 0
  for (i = first; i <= last; i++) sum += shares[i] = exp(shares[i] - top)
  for (i = 1; i < first; i++) printf "%s,", $i
  for (i = first; i < last; i++) printf cell, shares[i] / sum
  printf last_cell, shares[last] / sum
  for (i = last + 1; i <= NF; i++) printf ",%s", $i
  print ""
}' "$1" >"$2"
