# Ours into gzip -6 by a pipe: IN OUT DECIMALS, with SOFTMAX in the environment.
decimals=$3
set -- "$1" "$2"
[ "$decimals" = full ] || set -- "$@" --decimals "$decimals"
source=$1 target=$2
shift 2
"$SOFTMAX" convert "$source" -q "$@" | gzip -6 > "$target"
