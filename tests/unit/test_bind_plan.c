/* test_bind_plan.c - queries and the plans that are made of them. */
#include "tests/unit/bind_fixture.h"

static const struct accepted {
    const char *sql;
    enum emission emission;
    const char *plan;
} accepted[] = {
    /* projections and filters */
    {"SELECT * FROM s", EMISSION_APPEND,
     "project k, v, price, t, b\n"
     "  scan s: k, v, price, t, b\n"},
    {"SELECT 'x', s.*, k AS key FROM s", EMISSION_APPEND,
     "project 'x' AS EXPR$0, k, v, price, t, b, k AS key\n"
     "  scan s: k, v, price, t, b\n"},
    {"SELECT r.k, r.v FROM s AS r", EMISSION_APPEND,
     "project k, v\n"
     "  scan s: k, v\n"},
    {"SELECT k FROM s WHERE v > 1 AND price BETWEEN 1 AND 2.5 OR k LIKE 'a%' AND k IN ('x', 'y')", EMISSION_APPEND,
     "project k\n"
     "  filter ((v > 1) AND ((price >= 1.0) AND (price <= 2.5))) OR ((k LIKE 'a%') AND (k IN ('x', 'y')))\n"
     "    scan s: v, price, k\n"},
    {"SELECT v NOT BETWEEN SYMMETRIC 2 AND 1 FROM s", EMISSION_APPEND,
     "project NOT (((v >= 2) AND (v <= 1)) OR ((v >= 1) AND (v <= 2))) AS EXPR$0\n"
     "  scan s: v\n"},
    {"SELECT b IS NOT TRUE, k IS NULL, v IS NOT DISTINCT FROM 1, b IS UNKNOWN FROM s", EMISSION_APPEND,
     "project NOT (b IS TRUE) AS EXPR$0, k IS NULL AS EXPR$1, NOT (v IS DISTINCT FROM 1) AS EXPR$2, b IS NULL AS "
     "EXPR$3\n"
     "  scan s: b, k, v\n"},
    {"SELECT CASE WHEN b THEN 1 ELSE price END AS c, CASE k WHEN 'a' THEN 'b' END FROM s", EMISSION_APPEND,
     "project CASE WHEN b THEN 1.0 ELSE price END AS c, CASE WHEN k = 'a' THEN 'b' ELSE NULL END AS EXPR$1\n"
     "  scan s: b, price, k\n"},
    {"SELECT CAST(v AS VARCHAR(5)), v::DOUBLE, CAST(NULL AS TIMESTAMP) FROM s", EMISSION_APPEND,
     "project CAST(v AS VARCHAR(5)) AS EXPR$0, CAST(v AS DOUBLE) AS EXPR$1, NULL AS EXPR$2\n"
     "  scan s: v\n"},
    {"SELECT SUBSTRING(k, 1, 2), SUBSTRING(k FROM 2), TRIM(LEADING 'x' FROM k), POSITION('a' IN k) FROM s",
     EMISSION_APPEND,
     "project SUBSTRING_OR_NULL(k, 1, 2) AS EXPR$0, SUBSTRING(k, 2) AS EXPR$1, LTRIM(k, 'x') AS EXPR$2, POSITION('a', "
     "k) AS EXPR$3\n"
     "  scan s: k\n"},
    {"SELECT EXTRACT(HOUR FROM t), FLOOR(t TO DAY), STEP(v BY 5), COALESCE(k, 'none') FROM s", EMISSION_APPEND,
     "project EXTRACT(HOUR FROM t) AS EXPR$0, FLOOR(t TO DAY) AS EXPR$1, STEP(v, 5) AS EXPR$2, COALESCE(k, 'none') AS "
     "EXPR$3\n"
     "  scan s: t, v, k\n"},
    {"SELECT (t - s.ROWTIME) MINUTE, CAST((t - s.ROWTIME) SECOND AS BIGINT), t + INTERVAL '1 02:03' DAY TO MINUTE"
     " FROM s",
     EMISSION_APPEND,
     "project interval_truncate(t - ROWTIME, 60000000) AS EXPR$0, CAST(interval_truncate(t - ROWTIME, 1000000) AS "
     "BIGINT) AS EXPR$1, t + INTERVAL '+1 02:03' DAY TO MINUTE AS EXPR$2\n"
     "  scan s: t\n"},
    {"SELECT t - INTERVAL '1-6' YEAR TO MONTH, INTERVAL -'90' SECOND, -INTERVAL '0.5' SECOND FROM s", EMISSION_APPEND,
     "project t - INTERVAL '+1-06' YEAR TO MONTH AS EXPR$0, INTERVAL '-90' SECOND AS EXPR$1, INTERVAL '-0.5' SECOND AS "
     "EXPR$2\n"
     "  scan s: t\n"},
    {"SELECT -9223372036854775808, 2147483648, 1.5, 1e2, TIMESTAMP '2024-01-01 00:00:00.25', NULL FROM s",
     EMISSION_APPEND,
     "project -9223372036854775808 AS EXPR$0, 2147483648 AS EXPR$1, 1.5 AS EXPR$2, 100.0 AS EXPR$3, TIMESTAMP "
     "'2024-01-01 00:00:00.25' AS EXPR$4, NULL AS EXPR$5\n"
     "  scan s\n"},
    {"SELECT CURRENT_TIMESTAMP, CURRENT_DATE, NOW(), CURRENT_ROW_TIMESTAMP FROM s", EMISSION_APPEND,
     "project TIMESTAMP '2026-01-01 00:00:00' AS CURRENT_TIMESTAMP, DATE '2026-01-01' AS CURRENT_DATE, NOW() AS "
     "EXPR$2, NOW() AS CURRENT_ROW_TIMESTAMP\n"
     "  scan s\n"},
    {"SELECT SHARD_ID, SEQUENCE_NUMBER, PARTITION_KEY, APPROXIMATE_ARRIVAL_TIME, _watermark FROM bids WHERE ROWTIME <"
     " _watermark",
     EMISSION_APPEND,
     "project SHARD_ID, SEQUENCE_NUMBER, PARTITION_KEY, APPROXIMATE_ARRIVAL_TIME, _watermark\n"
     "  filter ROWTIME < _watermark\n"
     "    scan bids: SHARD_ID, SEQUENCE_NUMBER, PARTITION_KEY, APPROXIMATE_ARRIVAL_TIME\n"},
    {"SELECT ROWTIME, s.ROWTIME AS \"in\", t AS ROWTIME FROM s", EMISSION_APPEND,
     "project t AS ROWTIME, ROWTIME AS in; rowtime t\n"
     "  scan s: t\n"},
    {"SELECT y FROM (SELECT k, v * 2 AS w2 FROM s) AS q (x, y) WHERE q.x <> 'a'", EMISSION_APPEND,
     "project y\n"
     "  filter x <> 'a'\n"
     "    project k AS x, v * 2 AS y\n"
     "      scan s: k, v\n"},
    /* union */
    {"SELECT k FROM s UNION ALL SELECT k FROM s WHERE b UNION ALL SELECT 'x' FROM s", EMISSION_APPEND,
     "union all\n"
     "  project k\n"
     "    scan s: k\n"
     "  project k\n"
     "    filter b\n"
     "      scan s: b, k\n"
     "  project 'x' AS EXPR$0\n"
     "    scan s\n"},
    {"SELECT v FROM s UNION ALL SELECT price FROM s", EMISSION_APPEND,
     "union all\n"
     "  project CAST(v AS DOUBLE) AS v\n"
     "    scan s: v\n"
     "  project price\n"
     "    scan s: price\n"},
    {"SELECT v FROM (SELECT v FROM s UNION ALL SELECT n FROM per10) WHERE v > 1", EMISSION_APPEND,
     "project v\n"
     "  filter v > 1\n"
     "    union all\n"
     "      project CAST(v AS BIGINT) AS v\n"
     "        scan s: v\n"
     "      project n\n"
     "        scan per10: n\n"},
    /* groups without a window */
    {"SELECT k, COUNT(*) AS n, SUM(v), COUNT(k), AVG(price) FROM s GROUP BY k", EMISSION_UPSERT,
     "project k, COUNT(*) AS n, SUM(v) AS EXPR$2, COUNT(k) AS EXPR$3, AVG(price) AS EXPR$4\n"
     "  aggregate COUNT(*), SUM(v), COUNT(k), AVG(price); by k\n"
     "    scan s: k, v, price\n"},
    {"SELECT SUM(v) + COUNT(*), SUM(v) FROM s", EMISSION_UPSERT,
     "project SUM(v) + COUNT(*) AS EXPR$0, SUM(v) AS EXPR$1\n"
     "  aggregate SUM(v), COUNT(*)\n"
     "    scan s: v\n"},
    {"SELECT k || 'x', v % 2 FROM s GROUP BY k || 'x', 2", EMISSION_UPSERT,
     "project k || 'x' AS EXPR$0, v % 2 AS EXPR$1\n"
     "  aggregate by k || 'x', v % 2\n"
     "    scan s: k, v\n"},
    {"SELECT UPPER(k) AS u, MAX(t) FROM s GROUP BY u HAVING COUNT(*) > 1", EMISSION_UPSERT,
     "project UPPER(k) AS u, MAX(t) AS EXPR$1\n"
     "  filter COUNT(*) > 1\n"
     "    aggregate MAX(t), COUNT(*); by UPPER(k)\n"
     "      scan s: k, t\n"},
    {"SELECT COUNT(DISTINCT k), SUM(DISTINCT v), MIN(DISTINCT v), COUNT(*) FILTER (WHERE b) FROM s", EMISSION_UPSERT,
     "project COUNT(DISTINCT k) AS EXPR$0, SUM(DISTINCT v) AS EXPR$1, MIN(v) AS EXPR$2, COUNT(*) FILTER (WHERE b) AS "
     "EXPR$3\n"
     "  aggregate COUNT(DISTINCT k), SUM(DISTINCT v), MIN(v), COUNT(*) FILTER (WHERE b)\n"
     "    scan s: k, v, b\n"},
    {"SELECT COUNT(1), COUNT(*) FROM s", EMISSION_UPSERT,
     "project COUNT(*) AS EXPR$0, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*)\n"
     "    scan s\n"},
    {"SELECT k FROM s GROUP BY k", EMISSION_UPSERT,
     "project k\n"
     "  aggregate by k\n"
     "    scan s: k\n"},
    {"SELECT n, COUNT(*) FROM w GROUP BY n", EMISSION_UPSERT,
     "project n, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by n\n"
     "    scan view w: n\n"},
    /* tumbling windows in every form */
    {"SELECT window_start, window_end, window_time, COUNT(*) AS n FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL"
     " '10' MINUTE) GROUP BY window_start, window_end",
     EMISSION_UPSERT,
     "project window_start, window_end, window_end - INTERVAL '+0 00:00:00.000001' DAY TO SECOND AS window_time, "
     "COUNT(*) AS n\n"
     "  aggregate COUNT(*); window of ROWTIME every 10 MINUTE; emit changes\n"
     "    scan bids: ts\n"},
    /* hopping and cumulative windows; when they emit */
    {"SELECT STREAM window_time, price FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '10' MINUTE,"
     " INTERVAL '90' SECOND) GROUP BY window_start, price",
     EMISSION_APPEND,
     "project window_end - INTERVAL '+0 00:00:00.000001' DAY TO SECOND AS window_time, price\n"
     "  aggregate by price; windows of ROWTIME, 10 MINUTE long, every 1 MINUTE from 1970-01-01 00:00:30; emit on "
     "close\n"
     "    scan bids: ts, price\n"},
    {"SELECT STREAM HOP(ts, INTERVAL '1' MINUTE, INTERVAL '10' MINUTE) AS t FROM bids GROUP BY HOP(ts, INTERVAL '1'"
     " MINUTE, INTERVAL '10' MINUTE) ALLOW LATENESS INTERVAL '1' HOUR",
     EMISSION_CHANGELOG,
     "project window_start AS t\n"
     "  aggregate; windows of ROWTIME, 10 MINUTE long, every 1 MINUTE; emit on close; allow lateness 1 HOUR\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM window_start, window_end FROM CUMULATE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1'"
     " DAY) GROUP BY window_start, window_end EMIT EVERY INTERVAL '5' SECOND",
     EMISSION_UPSERT,
     "project window_start, window_end\n"
     "  aggregate; windows of ROWTIME every 1 DAY in steps of 1 HOUR; emit every 5 SECOND and on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM window_start FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' HOUR) GROUP BY"
     " window_start",
     EMISSION_APPEND,
     "project window_start\n"
     "  aggregate; window of ROWTIME every 1 HOUR; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT window_start FROM TUMBLE(DATA => TABLE bids, SIZE => INTERVAL '1' DAY, TIMECOL => DESCRIPTOR(ts), OFFSET"
     " => INTERVAL '8' HOUR) AS w GROUP BY w.window_start",
     EMISSION_CHANGELOG,
     "project window_start\n"
     "  aggregate; window of ROWTIME every 1 DAY from 1970-01-01 08:00:00; emit changes\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM TUMBLE(ts, INTERVAL '10' MINUTE), window_end, price FROM bids GROUP BY price, TUMBLE(ts, INTERVAL"
     " '10' MINUTE)",
     EMISSION_APPEND,
     "project window_start AS EXPR$0, window_end, price\n"
     "  aggregate by price; window of ROWTIME every 10 MINUTE; emit on close\n"
     "    scan bids: price, ts\n"},
    {"SELECT STREAM k, STEP(r.ROWTIME BY INTERVAL '60' SECOND) AS t, COUNT(*) FROM s r GROUP BY k, STEP(r.ROWTIME BY"
     " INTERVAL '60' SECOND)",
     EMISSION_APPEND,
     "project k, window_start AS t, COUNT(*) AS EXPR$2\n"
     "  aggregate COUNT(*); by k; window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan s: k\n"},
    {"SELECT STREAM ROWTIME, FLOOR(ROWTIME TO MINUTE) FROM s GROUP BY FLOOR(ROWTIME TO MINUTE)", EMISSION_APPEND,
     "project ROWTIME, window_start AS EXPR$1\n"
     "  aggregate; window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan s\n"},
    {"SELECT STREAM ROWTIME, FLOOR(ROWTIME TO MINUTE) FROM s GROUP BY FLOOR(s.ROWTIME TO MINUTE)", EMISSION_APPEND,
     "project ROWTIME, FLOOR(ROWTIME TO MINUTE) AS EXPR$1\n"
     "  aggregate; window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan s\n"},
    {"SELECT STREAM CEIL(date TO HOUR), EXTRACT(HOUR FROM CEIL(date TO HOUR)) FROM flights GROUP BY CEIL(date TO HOUR)",
     EMISSION_APPEND,
     "project window_end AS EXPR$0, EXTRACT(HOUR FROM window_end) AS EXPR$1\n"
     "  aggregate; window of ROWTIME every 1 HOUR, end included; emit on close\n"
     "    scan flights: date\n"},
    {"SELECT STREAM FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND) FROM s GROUP BY"
     " FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND)",
     EMISSION_APPEND,
     "project FLOOR(interval_truncate((window_end - INTERVAL '+0 00:00:00.000001' DAY TO SECOND) - TIMESTAMP "
     "'1970-01-01 00:00:00', 1000000) / 10 TO SECOND) AS EXPR$0\n"
     "  aggregate; window of ROWTIME every 10 SECOND; emit on close\n"
     "    scan s\n"},
    {"SELECT STREAM FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') MINUTE / 5 TO MINUTE) * 5 + TIMESTAMP"
     " '1970-01-01 00:00:00' AS w FROM s GROUP BY FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') MINUTE / 5 TO"
     " MINUTE) * 5 + TIMESTAMP '1970-01-01 00:00:00'",
     EMISSION_APPEND,
     "project window_start AS w\n"
     "  aggregate; window of ROWTIME every 5 MINUTE; emit on close\n"
     "    scan s\n"},
    {"SELECT STREAM UNIX_TIMESTAMP(ts) / 1000 / 60 AS minute FROM bids GROUP BY UNIX_TIMESTAMP(ts) / 1000 / 60",
     EMISSION_APPEND,
     "project (UNIX_TIMESTAMP(window_end - INTERVAL '+0 00:00:00.000001' DAY TO SECOND) / 1000) / 60 AS minute\n"
     "  aggregate; window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM FLOOR(ts TO MONTH), ROWTIME FROM bids GROUP BY FLOOR(ts TO MONTH)", EMISSION_APPEND,
     "project window_start AS EXPR$0, ROWTIME\n"
     "  aggregate; window of ROWTIME every 1 MONTH; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM window_end FROM bids GROUP BY TUMBLE(ts, INTERVAL '1' YEAR)", EMISSION_APPEND,
     "project window_end\n"
     "  aggregate; window of ROWTIME every 12 MONTH; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM FLOOR(ts TO WEEK) FROM bids GROUP BY FLOOR(ts TO WEEK)", EMISSION_APPEND,
     "project window_start AS EXPR$0\n"
     "  aggregate; window of ROWTIME every 7 DAY from 1970-01-05 00:00:00; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM MONOTONIC(v), COUNT(*) FROM s GROUP BY MONOTONIC(v), k", EMISSION_APPEND,
     "project v AS EXPR$0, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by k; window while v; emit on close\n"
     "    scan s: v, k\n"},
    {"SELECT STREAM ts, COUNT(*) FROM bids GROUP BY ts", EMISSION_APPEND,
     "project window_end AS ts, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); window of ROWTIME every 1 MICROSECOND, end included; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM FLOOR(s.APPROXIMATE_ARRIVAL_TIME TO MINUTE), COUNT(*) FROM s GROUP BY"
     " FLOOR(s.APPROXIMATE_ARRIVAL_TIME TO MINUTE)",
     EMISSION_APPEND,
     "project window_start AS EXPR$0, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); window of APPROXIMATE_ARRIVAL_TIME every 1 MINUTE; emit on close\n"
     "    scan s: APPROXIMATE_ARRIVAL_TIME\n"},
    {"SELECT *, price FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY)", EMISSION_APPEND,
     "project ts, price, Odd, STEP(ts, INTERVAL '+1' DAY) AS window_start, STEP(ts, INTERVAL '+1' DAY) + INTERVAL '+1' "
     "DAY AS window_end, (STEP(ts, INTERVAL '+1' DAY) + INTERVAL '+1' DAY) - INTERVAL '+0 00:00:00.000001' DAY TO "
     "SECOND AS window_time, price\n"
     "  scan bids: ts, price, Odd\n"},
    /* which key is the window */
    {"SELECT STREAM k, FLOOR(s.t TO MINUTE) AS m FROM s GROUP BY k, FLOOR(s.ROWTIME TO MINUTE), FLOOR(s.t TO MINUTE)",
     EMISSION_APPEND,
     "project k, FLOOR(t TO MINUTE) AS m\n"
     "  aggregate by k, FLOOR(t TO MINUTE); window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan s: k, t\n"},
    {"SELECT STREAM FLOOR(t TO MINUTE), COUNT(*) FROM s GROUP BY FLOOR(t TO MINUTE)", EMISSION_UPSERT,
     "project FLOOR(t TO MINUTE) AS EXPR$0, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by FLOOR(t TO MINUTE)\n"
     "    scan s: t\n"},
    {"SELECT STREAM k FROM s GROUP BY k, STEP(s.ROWTIME BY INTERVAL '60' SECOND), STEP(s.APPROXIMATE_ARRIVAL_TIME BY"
     " INTERVAL '10' SECOND)",
     EMISSION_APPEND,
     "project k\n"
     "  aggregate by k, STEP(APPROXIMATE_ARRIVAL_TIME, INTERVAL '+10' SECOND); window of ROWTIME every 1 MINUTE; emit "
     "on close\n"
     "    scan s: k, APPROXIMATE_ARRIVAL_TIME\n"},
    {"SELECT STREAM EXTRACT(HOUR FROM ts) AS h, STEP(ts BY INTERVAL '60' SECOND) AS m FROM bids GROUP BY FLOOR(ts TO"
     " MINUTE), EXTRACT(HOUR FROM ts)",
     EMISSION_APPEND,
     "project EXTRACT(HOUR FROM ts) AS h, window_start AS m\n"
     "  aggregate by EXTRACT(HOUR FROM ts); window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM EXTRACT(HOUR FROM FLOOR(ts TO HOUR)) AS h FROM bids GROUP BY FLOOR(ts TO HOUR), EXTRACT(HOUR FROM"
     " FLOOR(ts TO HOUR))",
     EMISSION_APPEND,
     "project EXTRACT(HOUR FROM window_start) AS h\n"
     "  aggregate; window of ROWTIME every 1 HOUR; emit on close\n"
     "    scan bids: ts\n"},
    {"SELECT STREAM MIN(s.ROWTIME) AS ROWTIME, ROWTIME AS first FROM s GROUP BY FLOOR(s.ROWTIME TO MINUTE)",
     EMISSION_APPEND,
     "project MIN(ROWTIME) AS first; rowtime MIN(ROWTIME)\n"
     "  aggregate MIN(ROWTIME); window of ROWTIME every 1 MINUTE; emit on close\n"
     "    scan s\n"},
    /* windows of windows */
    {"SELECT STREAM window_start, SUM(n) FROM TUMBLE(TABLE per10, DESCRIPTOR(window_time), INTERVAL '1' HOUR) GROUP"
     " BY window_start, window_end",
     EMISSION_APPEND,
     "project window_start, SUM(n) AS EXPR$1\n"
     "  aggregate SUM(n); window of window_time every 1 HOUR; emit on close\n"
     "    scan per10: window_time, n\n"},
    {"SELECT STREAM window_start, window_end, MAX(n) FROM per10 GROUP BY window_start, window_end", EMISSION_APPEND,
     "project window_start, window_end, MAX(n) AS EXPR$2\n"
     "  aggregate MAX(n); by window_end; window of window_start every 10 SECOND; emit on close\n"
     "    scan per10: window_start, window_end, n\n"},
    {"SELECT STREAM window_end, MAX(n) FROM per10 GROUP BY window_end", EMISSION_APPEND,
     "project window_end, MAX(n) AS EXPR$1\n"
     "  aggregate MAX(n); window of ROWTIME every 1 MICROSECOND, end included; emit on close\n"
     "    scan per10: window_end, n\n"},
    {"SELECT STREAM MAX(n) FROM per10 d GROUP BY FLOOR(d.ROWTIME TO HOUR)", EMISSION_APPEND,
     "project MAX(n) AS EXPR$0\n"
     "  aggregate MAX(n); window of ROWTIME every 1 HOUR; emit on close\n"
     "    scan per10: n\n"},
    {"SELECT STREAM MAX(n) FROM per10 d GROUP BY STEP(d.window_start BY INTERVAL '5' SECOND)", EMISSION_APPEND,
     "project MAX(n) AS EXPR$0\n"
     "  aggregate MAX(n); window of window_start every 10 SECOND; emit on close\n"
     "    scan per10: window_start, n\n"},
    {"SELECT window_end, MAX(n) FROM (SELECT window_start, window_end, k, COUNT(*) AS n FROM TUMBLE(TABLE s,"
     " DESCRIPTOR(ROWTIME), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, k) GROUP BY window_end",
     EMISSION_CHANGELOG,
     "project window_end, MAX(n) AS EXPR$1\n"
     "  aggregate MAX(n); window of ROWTIME every 1 MICROSECOND, end included; emit changes\n"
     "    project window_start, window_end, k, COUNT(*) AS n\n"
     "      aggregate COUNT(*); by k; window of ROWTIME every 1 MINUTE; emit on close\n"
     "        scan s: k\n"},
    {"SELECT STREAM m, COUNT(*) FROM (SELECT STREAM ROWTIME AS m FROM s) GROUP BY FLOOR(m TO MINUTE), m",
     EMISSION_APPEND,
     "project m, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by m; window of ROWTIME every 1 MINUTE; emit on close\n"
     "    project ROWTIME AS m\n"
     "      scan s\n"},
    /* what is emitted */
    {"SELECT price, COUNT(*) FROM bids GROUP BY price, FLOOR(ts TO DAY)", EMISSION_CHANGELOG,
     "project price, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by price; window of ROWTIME every 1 DAY; emit changes\n"
     "    scan bids: price, ts\n"},
    {"SELECT STREAM price, COUNT(*) FROM bids GROUP BY price, FLOOR(ts TO DAY) EMIT CHANGES", EMISSION_CHANGELOG,
     "project price, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by price; window of ROWTIME every 1 DAY; emit changes\n"
     "    scan bids: price, ts\n"},
    {"SELECT price, COUNT(*) FROM bids GROUP BY price, FLOOR(ts TO DAY) EMIT ON CLOSE", EMISSION_APPEND,
     "project price, COUNT(*) AS EXPR$1\n"
     "  aggregate COUNT(*); by price; window of ROWTIME every 1 DAY; emit on close\n"
     "    scan bids: price, ts\n"},
    {"SELECT COUNT(*) FROM (SELECT price FROM bids GROUP BY price, FLOOR(ts TO DAY))", EMISSION_UPSERT,
     "project COUNT(*) AS EXPR$0\n"
     "  aggregate COUNT(*)\n"
     "    project price\n"
     "      aggregate by price; window of ROWTIME every 1 DAY; emit on close\n"
     "        scan bids: price, ts\n"},
};

static void queries_become_plans(void **state)
{
    struct fixture *f = fixture_filled();
    struct buf text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct plan *plan = fixture_query(f, accepted[i].sql);
        if (!plan) fail_msg("%s\n%d: %s", accepted[i].sql, f->err.at, f->err.text);
        text.len = 0;
        plan_print(plan, &text);
        if (strcmp(buf_text(&text), accepted[i].plan)) fail_msg("%s\n%s", accepted[i].sql, buf_text(&text));
        if (plan_emission(plan) != accepted[i].emission) fail_msg("%s\nemits otherwise", accepted[i].sql);
    }
    buf_free(&text);
    fixture_free(f);
}

/* The outermost aggregate of a query. */
static const struct plan *aggregate_of(struct fixture *f, const char *sql)
{
    const struct plan *plan = fixture_query(f, sql);

    if (!plan) fail_msg("%s\n%d: %s", sql, f->err.at, f->err.text);
    while (plan->kind != PLAN_AGGREGATE) plan = plan->input[0];
    return plan;
}

static void a_window_that_holds_its_end_begins_a_microsecond_later(void **state)
{
    struct fixture *f = fixture_filled();
    const struct window *w = &aggregate_of(f, "SELECT COUNT(*) FROM bids GROUP BY CEIL(ts TO HOUR)")->window;

    (void)state;
    assert_int_equal(w->kind, WINDOW_TUMBLE);
    assert_int_equal(w->time->kind, BOUND_ROWTIME);
    assert_int_equal(w->size, USEC_HOUR);
    assert_int_equal(w->origin, 1);
    assert_true(w->right_closed);
    fixture_free(f);
}

static void a_calendar_window_counts_months(void **state)
{
    struct fixture *f = fixture_filled();
    const struct window *w = &aggregate_of(f, "SELECT COUNT(*) FROM bids GROUP BY FLOOR(ts TO QUARTER)")->window;

    (void)state;
    assert_int_equal(w->size, 0);
    assert_int_equal(w->months, 3);
    assert_int_equal(w->origin, 0);
    fixture_free(f);
}

static void the_columns_of_an_aggregate_are_window_keys_aggregates(void **state)
{
    struct fixture *f = fixture_filled();
    const struct plan *p =
        aggregate_of(f, "SELECT AVG(price), price, MAX(\"Odd\") FROM bids GROUP BY price, FLOOR(ts TO DAY)");

    (void)state;
    assert_int_equal(p->field_count, 5);
    assert_string_equal(p->fields[0].name, "window_start");
    assert_string_equal(p->fields[1].name, "window_end");
    assert_string_equal(p->fields[2].name, "price");
    assert_int_equal(p->fields[2].type.kind, TYPE_INTEGER);
    assert_int_equal(p->fields[3].type.kind, TYPE_DOUBLE);
    assert_int_equal(p->fields[4].type.kind, TYPE_INTEGER);
    assert_int_equal(p->aggregates[1].kind, AGG_MAX);
    fixture_free(f);
}

static void a_scan_has_the_columns_that_are_named_and_no_others(void **state)
{
    struct fixture *f = fixture_filled();
    const struct plan *scan = fixture_query(f, "SELECT price, SHARD_ID FROM s")->input[0];

    (void)state;
    assert_int_equal(scan->field_count, 2);
    assert_int_equal(scan->scan_column[0], 2);
    assert_int_equal(scan->scan_column[1], SCAN_SHARD_ID);
    fixture_free(f);
}

static void sums_of_integers_are_bigint(void **state)
{
    struct fixture *f = fixture_filled();
    const struct plan *p = fixture_query(f, "SELECT SUM(v), SUM(price), COUNT(b), AVG(v), MIN(k) FROM s");

    (void)state;
    assert_int_equal(p->fields[0].type.kind, TYPE_BIGINT);
    assert_int_equal(p->fields[1].type.kind, TYPE_DOUBLE);
    assert_int_equal(p->fields[2].type.kind, TYPE_BIGINT);
    assert_int_equal(p->fields[3].type.kind, TYPE_DOUBLE);
    assert_int_equal(p->fields[4].type.kind, TYPE_VARCHAR);
    assert_int_equal(p->fields[4].type.length, 3);
    fixture_free(f);
}

/* Each operand is used twice, so the expression doubles with each level. */
static void an_expression_that_doubles_too_often_is_refused(void **state)
{
    struct fixture *f = fixture_filled();
    struct buf sql = {0};

    (void)state;
    buf_puts(&sql, "SELECT ");
    for (int i = 0; i < 30; i++) buf_putc(&sql, '(');
    buf_puts(&sql, "b");
    for (int i = 0; i < 30; i++) buf_puts(&sql, " BETWEEN FALSE AND TRUE)");
    buf_puts(&sql, " FROM s");
    assert_null(fixture_query(f, buf_text(&sql)));
    assert_int_equal(f->err.code, ERR_LIMIT);
    assert_string_equal(f->err.text, "this expression is too large");
    buf_free(&sql);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_become_plans),
        cmocka_unit_test(a_window_that_holds_its_end_begins_a_microsecond_later),
        cmocka_unit_test(a_calendar_window_counts_months),
        cmocka_unit_test(the_columns_of_an_aggregate_are_window_keys_aggregates),
        cmocka_unit_test(a_scan_has_the_columns_that_are_named_and_no_others),
        cmocka_unit_test(sums_of_integers_are_bigint),
        cmocka_unit_test(an_expression_that_doubles_too_often_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
