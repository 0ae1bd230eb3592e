#!/bin/sh
# errors.sh WEIR - several errors of a file in one run; nothing runs when one is found; what is shown of them.
. "$(dirname "$0")/checks"

# same NAME CODE: the exit code, and exactly the file `expected` on stderr.
same() {
    good=false
    [ "$code" = "$2" ] && cmp -s err expected && [ ! -s out ] && good=true
    report "$1" $good
}

cat >wrong.sql <<'SQL'
CREATE STREAM s (a INTGER, b STRNG);
SELECT 1;
CREATE VIEW v AS SELECT c FROM s;
CREATE VIEW w AS SELECT a FROM v;
CREAT STREAM t (a INTEGER);
CREATE VIEW x AS SELECT a FROM t;
CREATE STREAM u (a INTEGER);
CREATE VIEW y AS SELECT aa, bb FROM u WHERE cc;
SQL
cat >expected <<'TEXT'
wrong.sql:1:20: error: unknown type "INTGER": did you mean "INTEGER"?
CREATE STREAM s (a INTGER, b STRNG);
                   ^~~~~~
wrong.sql:1:30: error: unknown type "STRNG": did you mean "STRING"?
CREATE STREAM s (a INTGER, b STRNG);
                             ^~~~~
wrong.sql:5:1: error: unexpected "CREAT": did you mean CREATE?
CREAT STREAM t (a INTEGER);
^~~~~
wrong.sql:8:25: error: unknown column "aa": "u" has a
CREATE VIEW y AS SELECT aa, bb FROM u WHERE cc;
                        ^~
wrong.sql:8:29: error: unknown column "bb": "u" has a
CREATE VIEW y AS SELECT aa, bb FROM u WHERE cc;
                            ^~
wrong.sql:8:45: error: unknown column "cc": "u" has a
CREATE VIEW y AS SELECT aa, bb FROM u WHERE cc;
                                            ^~
wrong.sql: 3 statements were not checked: what they use is wrong above
TEXT
run run --check wrong.sql
same "--check reports all errors, and none that follows from another" 1
run run --once wrong.sql
same "a run finds the same, and executes nothing" 1

run -c "SELECT 1; CREATE VIEW v AS SELECT a FROM nowhere"
exits "nor does -c" 1
says "-c names its text" 1 "<command>:1:42: error: unknown stream \"nowhere\""

for i in $(seq 25); do echo "CREATE VIEW v$i AS SELECT nothing FROM error_stream;"; done >many.sql
run run --check many.sql
says "what is beyond twenty errors is counted" 1 "many.sql: 5 more errors"
[ "$(grep -c 'error: unknown column' err)" = 20 ] && good=true || good=false
report "and not shown" $good

echo 'CREATE STREAM s (a INTEGER);' >first.sql
echo 'CREATE VIEW v AS SELECT a FROM s;' >second.sql
run run --check first.sql second.sql
says "files see what the ones before define" 0 "2 statements: no errors"

# SQLite's own SQL is not weir's to judge.
cat >sqlite.sql <<'SQL'
CREATE TABLE t (a INTEGER);
INSERT OR REPLACE INTO t VALUES (1);
SELECT a FROM t WHERE a NOT NULL AND a GLOB '1';
SQL
run run --once --format csv sqlite.sql
prints "what only SQLite parses runs" "a
1"

run -c "CREATE STREAM s (a INTEGER)" dir
run run --once --data dir second.sql
exits "a file is checked against what is in the directory" 0
run -c "DROP STREAM s" dir
says "and so is -c" 1 "s is read by v: drop that first"

printf "CREATE STREAM \"\346\274\242\345\255\227\" (\ta INTGER);\n" >wide.sql
printf 'wide.sql:1:24: error: unknown type "INTGER": did you mean "INTEGER"?\nCREATE STREAM "\346\274\242\345\255\227" (\ta INTGER);\n%22s\t  ^~~~~~\n' '' >expected
run run --check wide.sql
same "the caret stands under wide characters and tabs" 1
finish
