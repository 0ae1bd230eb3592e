#!/bin/sh
# select_stream.sh WEIR - SELECT STREAM as a statement of its own.
. "$(dirname "$0")/checks"

cat >head.sql <<'SQL'
CREATE STREAM t (ts TIMESTAMP, k VARCHAR, v INTEGER, WATERMARK FOR ts AS ts) WITH (connector = 'stdin', format = 'csv');
CREATE VIEW big AS SELECT k, v FROM t WHERE v > 1;
CREATE STREAM copy AS SELECT STREAM k, v * 10 AS w FROM t;
SQL
printf '2026-01-01 00:00:00,a,1\n2026-01-01 00:00:10,b,2\n2026-01-01 00:01:10,a,3\n2026-01-01 00:02:10,a,0\n' >in

shows() # NAME QUERY EXPECTED
{
    { cat head.sql; echo "$2;"; } >job.sql
    run run --once --format csv job.sql <in
    prints "$1" "$3"
}

shows "of a stream's rows as they come" "SELECT STREAM k, v FROM t WHERE v < 3" 'k,v
a,1
b,2
a,0'
shows "of a stream that a query fills" "SELECT STREAM w FROM copy" 'w
10
20
30
0'
shows "of a view, which becomes part of it" "SELECT STREAM v + 1 AS x FROM big WHERE k = 'a'" 'x
4'
shows "windows close with event time, the last one at the end" \
    "SELECT STREAM FLOOR(t.ROWTIME TO MINUTE) AS m, COUNT(*) AS n FROM t GROUP BY FLOOR(t.ROWTIME TO MINUTE)" 'm,n
2026-01-01 00:00:00,2
2026-01-01 00:01:00,1
2026-01-01 00:02:00,1'
shows "a changelog has weights" "SELECT STREAM SUM(v) AS s FROM t WHERE k = 'b' GROUP BY k" 's,_weight
2,1'
shows "a row with an error is left out" "SELECT STREAM 6 / v AS q FROM t" 'q
6
3
2'
shows "nothing of it is kept in error_stream" "SELECT STREAM 6 / v AS q FROM t WHERE v = 0;
SELECT COUNT(*) AS n FROM error_stream" 'q

n
0'

cat >later.sql <<'SQL'
CREATE STREAM t (v INTEGER) WITH (format = 'csv');
INSERT INTO t VALUES (1), (2);
SELECT STREAM v FROM t;
INSERT INTO t VALUES (3);
SELECT STREAM v * 10 AS w FROM t;
SQL
run --format csv data <later.sql
prints "in a script it shows what is there, and the next statement runs" 'v
1
2

w
10
20
30'
echo 'SELECT STREAM v FROM t WHERE v > 2;' >again.sql
run --format csv data <again.sql
prints "it reads the history of a directory that is opened again" 'v
3'
echo 'SELECT STREAM nothing FROM t;' >wrong.sql
run --format csv data <wrong.sql
says "the error names the column" 1 "unknown column \"nothing\""

finish
