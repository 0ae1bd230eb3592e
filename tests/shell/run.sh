#!/bin/sh
# run.sh WEIR - query files: stdin as a source, --emit, --check, --data, signals.
. "$(dirname "$0")/checks"

cat >job.sql <<'SQL'
CREATE STREAM s (ts TIMESTAMP, a INTEGER, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
    WITH (connector = 'stdin', format = 'json');
CREATE STREAM w AS SELECT window_start, COUNT(*) AS n
    FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end;
CREATE VIEW v AS SELECT a, COUNT(*) AS n FROM s GROUP BY a;
SQL
cp job.sql counted.sql
echo 'SELECT COUNT(*) AS windows FROM w;' >>counted.sql
# the last line has no line end
printf '{"ts":"2026-01-01 00:00:01","a":1}\n\n{"ts":"2026-01-01 00:00:12","a":2}\r\n{"ts":"2026-01-01 00:00:14","a":1}' >in

run run --once --format csv counted.sql <in
prints "stdin is read to its end and windows close before a SELECT" "windows
2"
says "a summary is on stderr" 0 "3 records in "
run run --once --format csv --emit w job.sql <in
prints "a stream is emitted" "window_start,n
2026-01-01 00:00:00,1
2026-01-01 00:00:10,2"
run run --once --format json --emit W counted.sql <in
prints "results do not run into each other" '[{"window_start":"2026-01-01 00:00:00","n":1},
 {"window_start":"2026-01-01 00:00:10","n":2}]

[{"windows":2}]'
run run --once --format csv --emit v job.sql <in
sort out >sorted && mv sorted out
prints "a view is emitted once" "1,2
2,1
a,n"
run run --once --emit nothing job.sql <in
says "what cannot be emitted" 1 "--emit: "

run run --once --format csv --emit w --data dir job.sql <in
prints "in a directory windows stay open" "window_start,n
2026-01-01 00:00:00,1"
run run --once --close --format csv --emit w --data dir job.sql </dev/null
prints "until they are closed" "window_start,n
2026-01-01 00:00:10,2"
run -c "SELECT a, n FROM v ORDER BY a" --format csv dir
prints "a directory remembers" "a,n
1,2
2,1"

run run --check job.sql
exits "a right file" 0
says "says that it is right" 0 "3 statements: no errors"
cat >wrong.sql <<'SQL'
CREATE STREAM s (a INTEGER);
CREATE VIEW v AS SELECT b FROM s;
CREATE VIEW w AS SELECT a FROM s WHERE;
SQL
run run --check wrong.sql
says "the first error" 1 "wrong.sql:2:25: error: "
says "the second error" 1 "wrong.sql:3:39: error: "
run run --once wrong.sql
exits "running stops at the first" 1

# Signals: the pipe stays open, so the run would never end by itself.
for signal in INT TERM; do
    mkfifo pipe
    "$weir" run --format csv --emit v job.sql <pipe >out 2>err &
    program=$!
    exec 3>pipe
    head -n 1 in >&3
    until grep -q '^1,1,1$' out; do sleep 0.05; done
    kill -$signal $program
    wait $program
    code=$?
    exec 3>&-
    rm pipe
    prints "changes come at once, and SIG$signal ends in order" "a,n,_weight
1,1,1"
done
finish
