#!/bin/sh
# Another program on clinvk's store, with flock(1) for its lock: $1 the folder of the sessions, $2 a session's file in it, $3 how
# often. Each time it counts the session's turns up by one, and as clinvk does it makes an index of what it finds, trusts one that
# is there, and removes the lock's file. Writes a line for each index that was there and not true any more; ends with 0 when all is done.
sessions=$1 file=$2 times=$3
lock=$sessions/store.lock
umask 077
state() { cat "$sessions"/[0-9a-f]*.json | cksum; }
while [ "$times" -gt 0 ]; do
  exec 9>>"$lock"
  flock -x 9 || exit 1
  # Who had the lock before may have removed its file: then this is a lock on nothing.
  if [ "$(stat -L -c %d:%i /dev/fd/9)" = "$(stat -c %d:%i "$lock" 2>/dev/null)" ]; then
    if [ -e "$sessions/index.json" ] && [ "$(cat "$sessions/index.json")" != "$(state)" ]; then echo "an index that is not true"; fi
    turns=$(sed -n 's/^ *"turn_count": \([0-9]*\).*/\1/p' "$file")
    sed "s/\"turn_count\": $turns\b/\"turn_count\": $((turns + 1))/" "$file" >"$sessions/.tmp-$$" || exit 2
    mv "$sessions/.tmp-$$" "$file"
    state >"$sessions/index.json"
    times=$((times - 1))
    rm -f "$lock"
  fi
  exec 9>&-
done
