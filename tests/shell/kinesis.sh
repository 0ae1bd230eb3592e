#!/bin/sh
# kinesis.sh WEIR - rules of docs/kinesis-rules.md about what an application of the old service prints.
. "$(dirname "$0")/checks"

cat >job.sql <<'SQL'
SET dialect = 'kinesis';
CREATE STREAM s (i INTEGER, "b" VARCHAR(3), ts TIMESTAMP) WITH (connector = 'stdin', format = 'json');
CREATE STREAM r (i INTEGER, "b" VARCHAR(3), ts TIMESTAMP);
CREATE PUMP p AS INSERT INTO r SELECT STREAM i, "b", ts FROM s;
SQL
printf '{"I":1,"b":"x","TS":"2004-02-29 10:00:00"}\n{"I":2,"b":null,"TS":"2004-02-29 10:00:01.5"}\n' >in

run run --once --format jsonl --emit R job.sql <in
prints "K12.2-1 K12.2-2 K12.2-3 a JSON object has the declared names, NULL is null, times have three digits" \
'{"I":1,"b":"x","TS":"2004-02-29 10:00:00.000"}
{"I":2,"b":null,"TS":"2004-02-29 10:00:01.500"}'

run run --once --format csv --emit R job.sql <in
prints "K12.2-4 CSV has commas and lines" 'I,b,TS
1,x,2004-02-29 10:00:00
2,,2004-02-29 10:00:01.5'

cat >select.sql <<'SQL'
SET dialect = 'kinesis';
CREATE STREAM s (i INTEGER, "b" VARCHAR(3), ts TIMESTAMP) WITH (connector = 'stdin', format = 'json');
SELECT STREAM i + 1 AS j, "b" FROM s WHERE i > 1;
SQL
run run --once --format csv select.sql <in
prints "K6.4-1 SELECT STREAM prints its rows" 'J,b
3,'

cat >bytes.sql <<'SQL'
SET dialect = 'kinesis';
CREATE STREAM s (a VARBINARY(4)) WITH (connector = 'stdin', format = 'json');
CREATE STREAM r (a VARBINARY(4));
CREATE PUMP p AS INSERT INTO r SELECT STREAM a FROM s;
SQL
echo "{\"A\":\"X'0AFF'\"}" >in
run run --once --format jsonl --emit R bytes.sql <in
prints "K3-14 bytes are base64 in JSON" '{"A":"Cv8="}'

finish
