#!/bin/sh
# results.sh WEIR - results on stdout, errors on stderr.
. "$(dirname "$0")/checks"

run -c "SELECT 1 AS n, 'x' AS t; SELECT 2.5 AS d"
prints "tables, parted by a blank line" "n  t
-  -
1  x

  d
---
2.5"
query="SELECT 1 AS n, 'a,\"b\"' AS t, NULL AS z UNION ALL SELECT 2, '', 1.5"
run --format csv -c "$query"
prints "csv" 'n,t,z
1,"a,""b""",
2,"",1.5'
run -c "$query" --format json
prints "json" '[{"n":1,"t":"a,\"b\"","z":null},
 {"n":2,"t":"","z":1.5}]'
run --format=jsonl -c "$query"
prints "jsonl" '{"n":1,"t":"a,\"b\"","z":null}
{"n":2,"t":"","z":1.5}'
run --format json -c "SELECT 1 AS n WHERE 1 = 0"
prints "an empty result" "[]"

run -c "SELECT 1; SELECT nothing FROM nowhere"
says "an error has its place" 1 "<command>:1:"
says "an error has a caret" 1 "^"
printf 'SELECT 1 AS a;\n\nSELECT 2 AS b' >in
run <in
prints "statements from stdin, the last without a semicolon" "a
-
1

b
-
2"
printf 'SELECT 1 AS a;\n-- a comment; with a semicolon\n\n  SELECT frm frm frm;\nSELECT 3;' >in
run <in
says "an error in stdin has its line" 1 "<stdin>:4:"
printf ".mode csv\nSELECT 'a;\nb' AS t;\n.nonsense\nSELECT 2;" >in
run <in
says "an unknown dot command ends a script" 1 "unknown command .nonsense"
printf ".mode csv\nSELECT ';' AS t /* ; */;\n.quit\nSELECT 2;" >in
run <in
prints "dot commands" "t
;"

"$weir" -c "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 3000000) SELECT i FROM t" 2>err |
    head -n 3 >out
code=$?
prints "what a reader sees who does not read to the end" "   i
----
   1"
(
    "$weir" --format csv -c "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 300000) SELECT i FROM t" 2>err
    echo $? >code
) | head -n 1 >out
code=$(cat code)
prints "a reader who goes is no error" "i"
report "a reader who goes is not talked about" "$([ -s err ] && echo false || echo true)"
if [ -e /dev/full ]; then
    "$weir" -c "SELECT 1" >/dev/full 2>err
    code=$?
    : >out
    says "a full disk is an error" 3 "cannot write the results"
fi
finish
