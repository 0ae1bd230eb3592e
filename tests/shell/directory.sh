#!/bin/sh
# directory.sh WEIR - weir check and weir backup: a data directory at rest.
. "$(dirname "$0")/checks"

cat >job.sql <<'SQL'
CREATE STREAM s (v INTEGER) WITH (format = 'csv', shards = 4);
CREATE VIEW total AS SELECT COUNT(*) AS n, SUM(v) AS total FROM s;
INSERT INTO s VALUES (1), (2), (3);
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
INSERT INTO t VALUES (1, 'one');
SQL
run run --once --data dir job.sql </dev/null
exits "a directory is made" 0
run check dir
says "a directory that was closed is whole" 0 "dir is whole"
run check nowhere
says "what is no data directory" 1 "no data directory"
run check
says "check wants a directory" 2 "Try 'weir check --help'"

run backup dir copy
says "a copy is made" 0 "bytes copied"
run -c "SELECT n, total, b FROM total, t" --format csv copy
prints "the copy has the same answers" "n,total,b
3,6,one"
run check copy
says "and is whole" 0 "copy is whole"
run backup dir copy
says "a copy needs a new name" 1 "exists already"
run backup nowhere copy2
says "a copy of nothing" 1 "no data directory"

printf 'x' | dd of=dir/journal/00000001.wal bs=1 seek=200 conv=notrunc 2>/dev/null
run check dir
says "damage is an exit code of 3" 3 "1 damaged place"
grep -q '^damaged: dir/journal/00000001.wal is damaged at byte [0-9]*' out && good=true || good=false
report "damage is named with file and offset" $good
finish
