-- dialect.sql - weir's own dialect: at least one statement for each line of docs on its SQL. The comment before a statement
-- names the section and what it is about. Trees: dialect.tree.

-- head: one grammar for three families
SELECT window_start, k, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' MINUTE) GROUP BY window_start, window_end, k;
-- head: the switch
SET dialect = 'kinesis';
-- head: names with and without quotes, of other alphabets
SELECT "Name", name, größe, `back`, "a""b", `c``d`, x$y FROM "Straße";
-- head: few reserved words
SELECT row, values, position, filter, key, count, left, right, partition, cast, exists, trim, cursor, year, day, hour, date, time, timestamp, offset, set, view, table_, create, drop FROM s;
-- head: after AS and behind a dot any word
SELECT s.select, s.from, a AS order, b AS group, c AS table FROM s AS stream;
-- head: words that begin a phrase are names where they must be
SELECT * FROM a AS left JOIN b AS inner ON TRUE INNER JOIN c cross ON x CROSS JOIN s within GROUP BY k;

-- Objects: a stream
CREATE OR REPLACE STREAM flights (
    date        TIMESTAMP FORMAT 'yyyy/MM/dd HH:mm',
    delay       INTEGER,
    origin      VARCHAR(3),
    WATERMARK FOR date AS date - INTERVAL '10' HOUR -- rows up to ten hours out of order
) WITH (format = 'json', connector = 'file', path = 'data/flights.jsonl');
-- Objects: the place of a column, a key, options
CREATE STREAM q (mag DOUBLE FROM '$.properties.mag' NOT NULL, id INTEGER NULL, "when" TIMESTAMP NOT NULL FORMAT 'epoch_ms' FROM '$.t', PRIMARY KEY (id, mag) NOT ENFORCED) WITH (shards = 2, partition_by = 'id', retention = '7 days', follow = TRUE, 'value.format' = 'csv', a.b = 1);
-- Objects: a key alone
CREATE STREAM IF NOT EXISTS q (id INTEGER, PRIMARY KEY (id));
-- Objects: a derived stream
CREATE STREAM d WITH (retention = '1 day') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;
-- Objects: a derived stream of WITH
CREATE OR REPLACE STREAM d DESCRIPTION 'x' AS WITH a AS (SELECT 1 AS x) SELECT x FROM a;
-- Objects: a pump
CREATE OR REPLACE PUMP p STOPPED AS INSERT INTO d (a, b) SELECT STREAM a, b FROM s EMIT ON CLOSE;
-- Objects: a pump with options
CREATE PUMP IF NOT EXISTS p WITH (start = 'latest') AS INSERT INTO d SELECT STREAM a FROM s;
-- Objects: a view
CREATE VIEW v AS SELECT k, COUNT(*) FROM s GROUP BY k;
-- Objects: a view with all its parts
CREATE OR REPLACE MATERIALIZED VIEW v (a, "B") DESCRIPTION 'x' WITH (retention = '30 days') AS SELECT k, COUNT(*) FROM s GROUP BY k;
-- Objects: a table of SQLite
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT DEFAULT 'x' CHECK (name <> ''), UNIQUE (name));
-- Objects: a table of SQLite
CREATE TABLE IF NOT EXISTS "a"."t" AS SELECT ?1, :x, @y;
-- Objects: a table from a file
CREATE TABLE airports FROM 'airports.csv';
-- Objects: a table from a file
CREATE OR REPLACE TABLE airports FROM 'airports.tsv' WITH (format = 'csv', delimiter = '	');
-- Objects: INSERT
INSERT INTO s (a, b) VALUES (1, 'a'), (2, NULL);
-- Objects: COPY
COPY s FROM 'file.csv' WITH (format = 'csv');
-- Objects: COPY
COPY "t" FROM 'file.csv';
-- Objects: UPDATE is SQLite's
UPDATE t SET a = 1 WHERE b = 2 RETURNING *;
-- Objects: DELETE is SQLite's
DELETE FROM t WHERE a GLOB 'x*';
-- Objects: a trigger is one statement
CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = 1; DELETE FROM u; END;
-- Objects: other statements of SQLite
CREATE UNIQUE INDEX i ON t (a);
-- Objects: other statements of SQLite
PRAGMA table_info(t);
-- Objects: other statements of SQLite
EXPLAIN QUERY PLAN SELECT 1;
-- Objects: a function
CREATE OR REPLACE FUNCTION f(p INTEGER, q TIMESTAMP(3)) RETURNS DECIMAL(10, 2) RETURN p * 2;
-- Objects: SET
SET memory.limit = 100;
-- Objects: ALTER PUMP
ALTER PUMP p STOP;
-- Objects: RESUME
ALTER PUMP q RESUME;
-- Objects: RESUME
ALTER VIEW v RESUME;
-- Objects: RESUME
ALTER STREAM s RESUME;
-- Objects: ALTER STREAM
ALTER STREAM s SET (shards = 8, retention = '1 day');
-- Objects: DROP
DROP STREAM s;
-- Objects: DROP
DROP PUMP IF EXISTS p;
-- Objects: DROP
DROP VIEW v;
-- Objects: DROP
DROP TABLE IF EXISTS "t";
-- Objects: DROP
DROP DASHBOARD d;
-- Objects: SHOW
SHOW STREAMS;
-- Objects: SHOW
SHOW SHARDS FROM s;
-- Objects: SHOW
show pumps;
-- Objects: SHOW
SHOW VIEWS;
-- Objects: SHOW
SHOW TABLES;
-- Objects: SHOW
SHOW FUNCTIONS;
-- Objects: SHOW
SHOW CONNECTORS;
-- Objects: DESCRIBE
DESCRIBE s;
-- Objects: a continuous query, a query of SQLite
SELECT STREAM a FROM s;
-- Objects: EXPLAIN a query
EXPLAIN SELECT STREAM a FROM s;
-- Objects: EXPLAIN a statement
EXPLAIN CREATE VIEW v AS SELECT a FROM s;
-- Objects: EXPLAIN a statement
EXPLAIN INSERT INTO s SELECT 1;
-- Objects: EXPLAIN an object
EXPLAIN VIEW v;
-- Objects: EXPLAIN an object
EXPLAIN PUMP p;
-- Objects: EXPLAIN ANALYZE
EXPLAIN ANALYZE v;
-- Objects: EXPLAIN STATE
EXPLAIN STATE v;
-- Objects: EXPLAIN WHY NOT EMITTED
EXPLAIN WHY NOT EMITTED v;
-- Objects: EXPLAIN ROW
EXPLAIN ROW v WHERE k = 'a' AND window_end = TIMESTAMP '2026-01-01 00:00:00';
-- Objects: VERIFY
VERIFY VIEW v;
-- Objects: DIFF
DIFF VIEW a, b;
-- Objects: a dashboard
CREATE OR REPLACE DASHBOARD d AS ('Flights' LINE (x = window_end, y = n, series = origin) FROM per_hour WHERE n > 1 LAST INTERVAL '1' DAY, 'Now' NUMBER (y = n) FROM v);
-- Objects: all kinds of panels
CREATE DASHBOARD d AS ('A' AREA (x = a, y = b) FROM v, 'B' BAR (x = a, y = b) FROM v, 'T' TABLE (a = a) FROM v, 'H' HEATMAP (x = a, y = b, value = SUM(c)) FROM v, 'M' MAP (x = lon, y = lat) FROM v LAST INTERVAL '1' HOUR);
-- Objects: WITH at the end of a query
SELECT STREAM a FROM s WITH (start = TIMESTAMP '2026-01-01 00:00:00', state = 'unbounded');
-- Objects: WITH at the end of a query
SELECT STREAM a FROM s ALLOW LATENESS INTERVAL '1' HOUR EMIT CHANGES WITH (start = 'latest', state_ttl = INTERVAL '1' DAY);

-- Time: system columns
SELECT ROWTIME, APPROXIMATE_ARRIVAL_TIME, PARTITION_KEY, SEQUENCE_NUMBER, SHARD_ID FROM s;
-- Time: how late
SELECT COUNT(*) FROM s WHERE ROWTIME < _watermark;
-- Time: error_stream
SELECT ERROR_NAME, MESSAGE, STREAM_NAME FROM error_stream;

-- Windows: tumbling by a table function, with an offset
SELECT window_start, window_end, window_time FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
-- Windows: tumbling by GROUP BY
SELECT k, COUNT(*) FROM s GROUP BY TUMBLE(ts, INTERVAL '10' MINUTE), k;
-- Windows: tumbling, the other forms
SELECT COUNT(*) FROM s GROUP BY STEP(s.ROWTIME BY INTERVAL '5' MINUTE), FLOOR(s.ROWTIME TO HOUR), CEIL(ts TO DAY), MONOTONIC(c);
-- Windows: hopping
SELECT * FROM HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '1' HOUR) AS h;
-- Windows: hopping by GROUP BY
SELECT COUNT(*) FROM s GROUP BY HOP(ts, INTERVAL '1' MINUTE, INTERVAL '5' MINUTE);
-- Windows: cumulative
SELECT * FROM CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR);
-- Windows: sessions, a list of keys
SELECT * FROM SESSION(TABLE s PARTITION BY a, b, DESCRIPTOR(ts), INTERVAL '10' MINUTE) AS w;
-- Windows: sessions by GROUP BY
SELECT k, COUNT(*) FROM s GROUP BY SESSION(ts, INTERVAL '1' MINUTE), k;
-- Windows: named arguments, TABLE around the call, keys in parentheses
SELECT * FROM TABLE(SESSION(DATA => TABLE s PARTITION BY (a, b), TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '10' MINUTE));
-- Windows: over a subquery
SELECT * FROM TUMBLE((SELECT * FROM s), DESCRIPTOR(ts), INTERVAL '1' MINUTE), TUMBLE(TABLE (SELECT * FROM s), DESCRIPTOR(ts), INTERVAL '1' MINUTE) AS x;
-- Windows: stagger
SELECT STREAM k FROM s WINDOWED BY STAGGER (PARTITION BY k RANGE INTERVAL '1' MINUTE);
-- Windows: sliding per row
SELECT SUM(x) OVER (PARTITION BY k RANGE INTERVAL '1' HOUR PRECEDING), SUM(x) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '1' HOUR PRECEDING), SUM(x) OVER (ORDER BY ts), SUM(x) OVER () FROM s;
-- Windows: frames
SELECT SUM(x) OVER (ORDER BY ts ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), SUM(x) OVER (w ROWS 2 PRECEDING), SUM(x) OVER (w ORDER BY ts) FROM s WINDOW w AS (PARTITION BY k), w2 AS (w ORDER BY ts);
-- Windows: calendar
SELECT COUNT(*) FROM s GROUP BY TUMBLE(ts, INTERVAL '1' MONTH), TUMBLE(ts, INTERVAL '1' WEEK), TUMBLE(ts, INTERVAL '1' YEAR);
-- Windows: calendar with a time zone
SELECT COUNT(*) FROM s GROUP BY TUMBLE(ts, INTERVAL '1' DAY TIME ZONE 'Europe/Berlin'), TUMBLE(ts, INTERVAL '1' DAY, TIME ZONE 'Europe/Berlin'), STEP(ts BY INTERVAL '1' DAY TIME ZONE 'UTC'), FLOOR(ts TO DAY TIME ZONE 'UTC');
-- Windows: EMIT ON CLOSE
SELECT k, COUNT(*) FROM s GROUP BY k EMIT ON CLOSE;
-- Windows: EMIT CHANGES
SELECT k, COUNT(*) FROM s GROUP BY k EMIT CHANGES;
-- Windows: EMIT EVERY, ALLOW LATENESS behind it
SELECT k, COUNT(*) FROM s GROUP BY k EMIT EVERY INTERVAL '5' SECOND ALLOW LATENESS INTERVAL '1' HOUR;
-- Windows: FINAL
SELECT k, is_final FROM v FINAL WHERE k > 1;
-- Windows: FINAL with an alias
SELECT w.k FROM v FINAL AS w, u FINAL x;
-- Windows: windows of windows
SELECT window_start, MAX(n) FROM TUMBLE(TABLE v, DESCRIPTOR(window_time), INTERVAL '1' DAY) GROUP BY window_start, window_end;
-- Windows: units in the plural, in the text
SELECT INTERVAL '10' MINUTES, INTERVAL '2' QUARTERS, INTERVAL '5' MILLISECONDS, INTERVAL '10 minutes', interval '1 hour', INTERVAL '1' WEEK FROM s;

-- Queries: GROUP BY expressions, ordinals
SELECT a + b AS x, SUM(y) FROM s GROUP BY a + b, 1, x HAVING SUM(y) > 1;
-- Queries: DISTINCT
SELECT DISTINCT a, b FROM s;
-- Queries: ROLLUP, CUBE, GROUPING SETS
SELECT a, b FROM s GROUP BY ROLLUP(a, (b, c)), CUBE(a, b), GROUPING SETS ((a, b), a, (), ROLLUP(c));
-- Queries: WITH
WITH a AS (SELECT 1 AS x), b(y, "Z") AS (SELECT x, 2 FROM a) SELECT * FROM b ORDER BY 1;
-- Queries: WITH RECURSIVE
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT n FROM t;
-- Queries: subqueries
SELECT (SELECT 1), ((SELECT 2)), a IN (SELECT b FROM t), a IN ((SELECT b FROM t)), EXISTS (SELECT 1) FROM (SELECT a FROM s) AS x;
-- Queries: set operations
(SELECT a FROM s UNION DISTINCT SELECT b FROM t) INTERSECT ALL SELECT c FROM u;
-- Queries: set operations of queries with clauses of their own
(SELECT a FROM s ORDER BY a LIMIT 1) UNION ALL (SELECT b FROM t LIMIT 2) ORDER BY 1;
-- Queries: parentheses around a query
((SELECT 1));
-- Queries: VALUES
VALUES (1, 'a'), (2, 'b');
-- Queries: UNNEST
SELECT * FROM s, UNNEST(s.tags) AS t(tag), UNNEST(a, b) WITH ORDINALITY AS u(x, y, n);
-- Queries: LATERAL
SELECT * FROM s, LATERAL (SELECT s.a + 1) AS l(b), LATERAL f(s.a) AS g, LATERAL TABLE(h(s.a)) AS i;
-- Queries: interval join
SELECT * FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1' MINUTE AND b.ts + INTERVAL '1' MINUTE;
-- Queries: temporal join
SELECT * FROM o JOIN t FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.k;
-- Queries: LEFT, RIGHT, FULL
SELECT * FROM a LEFT JOIN b ON a.x = b.x RIGHT JOIN c USING (y) FULL OUTER JOIN d ON a.z = d.z;
-- Queries: top-N
SELECT * FROM (SELECT k, ROW_NUMBER() OVER (PARTITION BY k ORDER BY x DESC) AS r, RANK() OVER w AS q, DENSE_RANK() OVER w FROM s WINDOW w AS (ORDER BY x)) WHERE r <= 3;
-- Queries: ORDER BY, LIMIT, OFFSET
SELECT a FROM s ORDER BY a DESC NULLS LAST, b NULLS FIRST LIMIT 10 OFFSET 5;
-- Queries: FETCH FIRST
SELECT a FROM s ORDER BY a FETCH FIRST 10 ROWS ONLY;
-- Queries: OFFSET and FETCH NEXT
SELECT a FROM s ORDER BY a OFFSET 1 ROW FETCH NEXT ROW ONLY;
-- Queries: OFFSET with ROWS
SELECT a FROM s OFFSET 5 ROWS;
-- Queries: OFFSET alone, LIMIT ALL
SELECT offset FROM s OFFSET 2 * 3;
-- Queries: OFFSET alone, LIMIT ALL
SELECT a AS offset FROM s LIMIT ALL;
-- Queries: aggregates
SELECT COUNT(DISTINCT x), SUM(x) FILTER (WHERE x > 1), LISTAGG(x, ',') WITHIN GROUP (ORDER BY y DESC), STRING_AGG(x, ',' ORDER BY y), ARRAY_AGG(x ORDER BY a, b DESC NULLS FIRST), PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) FROM s;
-- Queries: aggregates
SELECT VARIANCE(x), APPROX_COUNT_DISTINCT(x), APPROX_PERCENTILE(x, 0.9), TOP_K(x, 3), CORR(x, y), COVAR_POP(x, y), REGR_SLOPE(x, y), LEAD(x, 2) OVER (ORDER BY ts) FROM s;
-- Queries: FILTER and OVER together
SELECT COUNT(*) FILTER (WHERE a) OVER (PARTITION BY b ROWS 1 PRECEDING) FROM s;
-- Queries: numeric functions
SELECT ROUND(x, 2), TRUNC(x), SIGN(x), SQRT(x), LOG(2, x), SIN(x), GREATEST(a, b), LEAST(a, b), a % b FROM s;
-- Queries: text functions that are words of the grammar
SELECT LEFT(a, 2), RIGHT(a, 2), REPLACE(a, 'x', 'y'), REPEAT(a, 2), CONCAT(a, b), CONTAINS(a, 'x'), POSITION(a IN b), SUBSTRING(a, 2), OVERLAY(a PLACING b FROM 1 FOR 2), TRIM(a, ' ') FROM s;
-- Queries: text functions
SELECT CONCAT_WS(',', a, b), LPAD(a, 3, '0'), SPLIT_INDEX(a, ',', 0), STARTS_WITH(a, 'x'), REGEXP_LIKE(a, 'x'), REGEXP_REPLACE(a, 'x', 'y'), MD5(a), TO_BASE64(a) FROM s;
-- Queries: functions of time
SELECT DATE_FORMAT(ts, 'yyyy'), TO_CHAR(ts, 'HH'), DATE_TRUNC('day', ts), DATE_BIN(INTERVAL '5' MINUTE, ts), EXTRACT(WEEK FROM ts), YEAR(ts), SECOND(ts), DATE(ts), TIMESTAMPADD(DAY, 1, ts), TIMESTAMPDIFF(SECOND, a, b), NOW() FROM s;
-- Queries: AT TIME ZONE
SELECT ts AT TIME ZONE 'Europe/Berlin', ts AT TIME ZONE 'UTC' AT TIME ZONE zone, ts AT TIME ZONE f(x) + INTERVAL '1' DAY, at, zone FROM s;
-- Queries: JSON
SELECT JSON_VALUE(j, '$.a'), JSON_QUERY(j, '$'), JSON_EXISTS(j, '$.b'), a -> 'x' ->> 'y', a -> 0 = '1', a ->> 'b' || 'c' FROM s;
-- Queries: JSON_VALUE with its clauses
SELECT JSON_VALUE(j, '$.a' RETURNING INTEGER NULL ON EMPTY ERROR ON ERROR), JSON_VALUE(j, '$.a' RETURNING VARCHAR(10) DEFAULT 1 + 2 ON EMPTY DEFAULT 'x' ON ERROR) FROM s;
-- Queries: JSON_QUERY and JSON_EXISTS with theirs
SELECT JSON_QUERY(j, '$' WITHOUT ARRAY WRAPPER), JSON_QUERY(j, '$' WITH CONDITIONAL WRAPPER EMPTY ARRAY ON EMPTY EMPTY OBJECT ON ERROR), JSON_QUERY(j, '$' WITH WRAPPER), JSON_EXISTS(j, '$' TRUE ON ERROR), JSON_EXISTS(j, '$' UNKNOWN ON ERROR) FROM s;
-- Queries: words of those clauses are names elsewhere
SELECT empty, error, returning, default, JSON_VALUE(error, default) FROM s JOIN t ON empty;
-- Queries: conditional functions
SELECT TRY_CAST(a AS INTEGER), TYPEOF(a), IF(a, b, c), IIF(a, b, c), IFNULL(a, b), NVL(a, b), COALESCE(a, b), NULLIF(a, b) FROM s;
-- Queries: arrays
SELECT arr[1], arr[i + 1][2], (r)[1], f(x)[1], ARRAY[1, 2], ARRAY[], CARDINALITY(arr), s.arr[1] FROM s;
-- Queries: records
SELECT (r).a, (r).b.c, f(x).y, arr[1].x.y, (SELECT r FROM t).z, (r)."Q q", (r).a[1].b, r.a.b FROM s;
-- Queries: COLLATE
SELECT name COLLATE nocase, a < b COLLATE binary FROM s;

-- Types: numbers
SELECT CAST(a AS BOOLEAN), a::TINYINT, a::DECIMAL(38, 9), CAST(a AS REAL), '1'::DECIMAL(10,2)::TEXT, -1::INTEGER, (a + b)::DOUBLE FROM s;
-- Types: text and bytes
CREATE STREAM s (a CHAR(3), b VARCHAR, c TEXT, d BINARY(2), e VARBINARY, f BLOB, g JSON, h CHAR VARYING(3));
-- Types: times
SELECT CAST(a AS DATE), CAST(a AS TIME), CAST(a AS TIMESTAMP(3)), CAST(a AS TIMESTAMP WITH TIME ZONE), CAST(a AS TIMESTAMP(3) WITH TIME ZONE), CAST(a AS TIMESTAMP WITHOUT TIME ZONE) FROM s;
-- Types: intervals
SELECT CAST(a AS INTERVAL YEAR TO MONTH), CAST(a AS INTERVAL DAY(3) TO SECOND(3)), CAST(a AS INTERVAL HOUR), CAST(a AS INTERVAL SECOND(4, 2)) FROM s;
-- Types: arrays and records
CREATE STREAM s (tags ARRAY<VARCHAR(10)>, m ARRAY<ARRAY<INTEGER>>, r ROW(a INTEGER, b VARCHAR(3), c ROW(d DATE)), rs ARRAY<ROW(x INTEGER)>);
-- Types: values of records
SELECT ROW(a, b), ROW(a), (a, b), (a, b) = (1, 2) FROM s;
-- Types: formats
CREATE STREAM s (a TIMESTAMP FORMAT 'epoch_ms', b TIMESTAMP FORMAT 'iso8601', WATERMARK FOR b AS b);
-- Types: logarithms
SELECT LOG10(x), LN(x), LOG(x), LOG(b, x), TO_TIMESTAMP(n), TO_TIMESTAMP(t, 'yyyy') FROM s;
