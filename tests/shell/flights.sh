#!/bin/sh
# tests/shell/flights.sh WEIR - the shipped flight queries against the same questions asked of SQLite over the raw file.
# Lateness is computed here from its definition (R2, R3), row by row in awk. Prints `N passed, N failed`.
set -u
weir=$1
passed=0
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

same() {
    if cmp -s "$2" "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1"
        diff "$2" "$3" | head -n 10
    fi
}

# The raw rows as a table: number, minute (of event time), and the columns.
cat >"$dir/load.sql" <<SQL
CREATE TABLE raw (line TEXT);
.mode ascii
.separator "\037" "\n"
.import queries/data/flights.jsonl raw
CREATE TABLE f AS SELECT rowid AS n,
  replace(json_extract(line, '\$.date'), '/', '-') || ':00' AS date, json_extract(line, '\$.delay') AS delay,
  json_extract(line, '\$.origin') AS origin, json_extract(line, '\$.destination') AS destination FROM raw;
.mode csv
.headers on
SQL

# weir's answer to one SELECT, with the CREATE statements of a query file.
ask() {
    sed '/^--/d' "queries/$1" | awk 'BEGIN { RS = ";" } $1 == "CREATE" { print $0 ";" }' |
        sed "s|'data/|'$PWD/queries/data/|" >"$dir/q.sql"
    echo "$2;" >>"$dir/q.sql"
    "$weir" run "$dir/q.sql" --once --format csv 2>"$dir/stderr" | tr -d '\r' >"$dir/weir.csv" || cat "$dir/stderr"
}
reference() {
    { cat "$dir/load.sql"; echo "$1;"; } | sqlite3 :memory: | tr -d '\r"' >"$dir/sqlite.csv"
}

ask flights.sql "SELECT window_start, origin, flights, printf('%.9f', mean_delay) AS m, worst_delay, printf('%.9f', share_delayed) AS s FROM per_6_hours ORDER BY window_start, origin"
reference "SELECT datetime(unixepoch(date) / 21600 * 21600, 'unixepoch') AS window_start, origin, count(*) AS flights,
  printf('%.9f', avg(delay)) AS m, max(delay) AS worst_delay, printf('%.9f', avg(delay > 15)) AS s
  FROM f GROUP BY 1, 2 ORDER BY 1, 2"
same "six-hour windows per origin" "$dir/weir.csv" "$dir/sqlite.csv"

ask flights.sql "SELECT window_start, origin FROM per_6_hours"
reference "SELECT datetime(unixepoch(date) / 21600 * 21600, 'unixepoch') AS window_start, origin FROM f GROUP BY 1, 2 ORDER BY 1, 2"
same "windows are emitted in the order of their end and key" "$dir/weir.csv" "$dir/sqlite.csv"

ask flights.sql "SELECT origin, flights, destinations, printf('%.9f', mean_delay) AS m FROM per_origin ORDER BY origin"
reference "SELECT origin, count(*) AS flights, count(DISTINCT destination) AS destinations, printf('%.9f', avg(delay)) AS m FROM f GROUP BY origin ORDER BY origin"
same "per origin" "$dir/weir.csv" "$dir/sqlite.csv"

ask flights.sql "SELECT date, origin, destination, printf('%.6f', hours) AS h FROM long_delays"
reference "SELECT date, origin, destination, printf('%.6f', delay / 60.0) AS h FROM f WHERE delay > 240 ORDER BY n"
same "long delays, in order" "$dir/weir.csv" "$dir/sqlite.csv"

ask flights.sql "SELECT COUNT(*) AS n FROM error_stream"
printf 'n\n0\n' >"$dir/sqlite.csv"
same "no late row with a bound of ten hours" "$dir/weir.csv" "$dir/sqlite.csv"

# Late rows by definition: W is the greatest event time of earlier rows less an hour; late iff the hour's end <= W.
reference "SELECT unixepoch(date), origin, date FROM f ORDER BY n"
awk -F, 'NR > 1 { w = (NR == 2) ? -1 : max - 3600; end = int($1 / 3600) * 3600 + 3600
  if (NR > 2 && end <= w) print $3; if ($1 > max) max = $1 }' "$dir/sqlite.csv" >"$dir/late.txt"
{ echo DATA_ROWTIME; cat "$dir/late.txt"; } >"$dir/sqlite.csv"
ask flights_late.sql "SELECT DATA_ROWTIME FROM error_stream WHERE ERROR_NAME = 'late row' AND PUMP_NAME = 'hourly'"
same "late rows with a bound of one hour, one by one" "$dir/weir.csv" "$dir/sqlite.csv"
[ "$(wc -l <"$dir/late.txt")" = 281 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "not ok 281 late rows"; }

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
