#!/bin/sh
# tests/shell/bad_input.sh WEIR - bad files and environments: each gives a clear error or rows in error_stream, loses nothing
# else, and never crashes. Prints `ok NAME`/`not ok NAME` lines and, last, `N passed, N failed`.
set -u
weir=$(realpath "$1")
dir=$(mktemp -d)
passed=0
failed=0
trap 'chmod -R u+rwx "$dir"; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
chmod 755 "$dir"

result() {
    if [ "$2" = ok ]; then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "not ok $1: $3"
    fi
}

# stream FORMAT FILE SELECT - a query file over one input file, into q.sql.
stream() {
    cat >q.sql <<SQL
CREATE STREAM s (ts TIMESTAMP, k VARCHAR(5), v INTEGER, big BIGINT, d DOUBLE, ok BOOLEAN, WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE)
  WITH (connector = 'file', format = '$1', path = '$2');
CREATE VIEW sums AS SELECT COUNT(*) AS rows_in, COUNT(v) AS vs, SUM(v) AS total, COUNT(big) AS bigs, COUNT(d) AS ds, COUNT(ok) AS oks, COUNT(k) AS ks FROM s;
$3;
SQL
}

# gives NAME EXPECTED - runs q.sql; standard output must be these lines (CSV, without the header).
gives() {
    out=$("$weir" run q.sql --once --format csv 2>stderr | tail -n +2)
    if [ "$out" = "$2" ]; then result "$1" ok; else result "$1" bad "got [$out], expected [$2], $(head -n 3 stderr)"; fi
}

# refuses NAME EXIT TEXT COMMAND... - must exit so, with the text in its message.
refuses() {
    name=$1 exit=$2 text=$3
    shift 3
    "$@" >stdout 2>stderr
    status=$?
    if [ $status = "$exit" ] && grep -qF "$text" stderr; then
        result "$name" ok
    else
        result "$name" bad "exit $status, $(head -n 3 stderr)"
    fi
}

one_error="SELECT ERROR_NAME, MESSAGE, STREAM_NAME FROM error_stream"

# ---- records ----
good='{"ts":"2026-01-01 00:00:00","k":"a","v":1,"big":1,"d":1.5,"ok":true}'
for bad in 'not json' '{"ts":"2026-01-01 00:00:01","k":"a","v":2' '{"ts":"2026-01-01 00:00:01"} {}' '[1,2]' '"text"' '{"ts":"2026-01-01 00:00:01","v":01}' \
    '{"ts":"2026-01-01 00:00:01","k":"\x"}' '{"v":1}' '{"ts":null}' '{"ts":"yesterday"}' '{"ts":"2026-02-30 00:00:00"}' '{"ts":5}'; do
    printf '%s\n%s\n%s\n' "$good" "$bad" "$good" >in.jsonl
    stream json in.jsonl "SELECT (SELECT rows_in FROM sums), COUNT(*) FROM error_stream WHERE STREAM_NAME = 's' AND PUMP_NAME IS NULL"
    gives "a bad record: $bad" "2,1"
done
printf '%s\n{"ts":"2026-01-01 00:00:01","k":"\377"}\n%s\n' "$good" "$good" >in.jsonl
stream json in.jsonl "SELECT (SELECT rows_in FROM sums), COUNT(*) FROM error_stream"
gives "invalid UTF-8 is an error of that record alone" "2,1"
printf '%s\n{"ts":"2026-01-01 00:00:01","k":"a\000b"}\n%s\n' "$good" "$good" >in.jsonl
gives "a NUL byte in a record" "2,1"

for bad in '"v":"x"' '"v":1.5' '"v":3000000000' '"v":true' '"v":[1]' '"big":9223372036854775808' '"d":"abc"' '"d":1e999' '"ok":"maybe"' '"k":"toolong"'; do
    printf '%s\n{"ts":"2026-01-01 00:00:01",%s}\n' "$good" "$bad" >in.jsonl
    stream json in.jsonl "SELECT (SELECT rows_in FROM sums), ERROR_NAME IN ('bad value', 'text too long'), PUMP_NAME FROM error_stream"
    gives "a value that does not fit: $bad" "1,1,sums"
done

printf '{"ts":"2026-01-01 00:00:00","v":1}\n\n  \n{"ts":"2026-01-01 00:00:01","v":2}' >in.jsonl
stream json in.jsonl "SELECT rows_in, total, (SELECT COUNT(*) FROM error_stream) FROM sums"
gives "blank lines are none, the last line needs no line end" "2,3,0"
printf '{"ts":"2026-01-01 00:00:00","v":1}\r\n{"ts":"2026-01-01 00:00:01","v":2}\r\n' >in.jsonl
gives "lines may end in CR LF" "2,3,0"

{ echo "$good"; printf '{"ts":"2026-01-01 00:00:01","k":"'; head -c 11000000 /dev/zero | tr '\0' x; printf '"}\n'; echo "$good"; } >in.jsonl
stream json in.jsonl "SELECT (SELECT rows_in FROM sums), COUNT(*) > 0 FROM error_stream"
gives "a line of more than 10 MiB" "2,1"
{ echo "$good"; printf '{"ts":"2026-01-01 00:00:01","v":7,"x":"'; head -c 9000000 /dev/zero | tr '\0' x; printf '"}\n'; echo "$good"; } >in.jsonl
stream json in.jsonl "SELECT rows_in, total, (SELECT COUNT(*) FROM error_stream) FROM sums"
gives "a line of 9 MB is read" "3,9,0"
: >in.jsonl
stream json in.jsonl "SELECT rows_in, total, (SELECT COUNT(*) FROM error_stream) FROM sums"
gives "an empty file" "0,,0"
printf '\n\n\n' >in.jsonl
gives "a file of blank lines" "0,,0"

printf '2026-01-01 00:00:00,a,1,1,1.5,true\n2026-01-01 00:00:01,"a,2,1,1.5,true\n' >in.csv
stream csv in.csv "SELECT (SELECT rows_in FROM sums), COUNT(*) FROM error_stream"
gives "an unterminated quote in CSV" "1,1"
printf '2026-01-01 00:00:00,a,1,1,1.5,true,extra\n2026-01-01 00:00:01,b,2\n' >in.csv
gives "too many columns in CSV" "1,1"

# ---- files ----
stream json absent.jsonl "SELECT * FROM sums"
refuses "a file that is not there" 1 "absent.jsonl: No such file or directory" "$weir" run q.sql --once
mkdir folder
stream json folder "SELECT * FROM sums"
refuses "a directory for a file" 1 "Is a directory" "$weir" run q.sql --once
refuses "a directory for a query file" 1 "folder" "$weir" run folder --once
refuses "a query file that is not there" 1 "absent.sql" "$weir" run absent.sql --once
echo "$good" >secret.jsonl
chmod 000 secret.jsonl
stream json secret.jsonl "SELECT * FROM sums"
chmod 644 q.sql
if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=65534 --regid=65534 --clear-groups"; else as=; fi
refuses "a file without permission" 1 "Permission denied" $as "$weir" run "$dir/q.sql" --once

# ---- data directories ----
echo "$good" >in.jsonl
stream json in.jsonl "SELECT rows_in FROM sums"
echo x >plain
refuses "a file for a data directory" 3 "plain" "$weir" run q.sql --once --data plain
mkdir readonly
chmod 555 readonly
refuses "a data directory that cannot be written" 3 "Permission denied" $as "$weir" run "$dir/q.sql" --once --data "$dir/readonly"

# A process that owns a directory until its standard input ends.
cat >owner.sql <<SQL
CREATE STREAM t (v INTEGER) WITH (connector = 'stdin', format = 'csv');
CREATE STREAM u AS SELECT v FROM t;
SQL
mkfifo input
"$weir" run owner.sql --data owned --emit u --format csv <input >emitted 2>owner.err &
owner=$!
exec 3>input
echo 1 >&3
i=0
while ! grep -q 1 emitted 2>/dev/null && [ $i -lt 100000 ]; do i=$((i + 1)); done
refuses "a data directory owned by another process" 3 "in use by another" "$weir" -c "SELECT 1" owned
exec 3>&-
kill -TERM $owner 2>/dev/null
wait $owner
[ $? = 0 ] && result "the owner ends in order" ok || result "the owner ends in order" bad "$(cat owner.err)"
[ "$("$weir" -c 'SELECT COUNT(*) FROM u' --format csv owned | tail -n 1)" = 1 ] && result "and nothing is lost" ok ||
    result "and nothing is lost" bad "$("$weir" -c 'SELECT * FROM u' owned 2>&1)"

"$weir" run q.sql --once --data gone >/dev/null 2>&1
mv in.jsonl away.jsonl
[ "$("$weir" -c 'SELECT rows_in FROM sums' --format csv gone 2>stderr | tail -n 1)" = 1 ] && grep -q in.jsonl stderr &&
    result "a directory opens though a file that it has read is gone" ok || result "a directory opens though a file is gone" bad "$(cat stderr)"
mv away.jsonl in.jsonl

# What the last checkpoint does not need is not read at opening; it is checked when it is asked for.
size=$(stat -c %s owned/journal/00000001.wal)
head -c $((size / 2)) /dev/zero | dd of=owned/journal/00000001.wal bs=1 seek=$((size / 4)) conv=notrunc 2>/dev/null
refuses "a damaged journal names file and offset" 3 "owned/journal/00000001.wal is damaged at byte" "$weir" -c "SELECT * FROM u" owned

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
