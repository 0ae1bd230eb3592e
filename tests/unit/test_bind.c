/* test_bind.c - statements: what they make, and what is refused with which words at which place. */
#include "tests/unit/bind_fixture.h"

/* ^ marks the place of the message. */
static const struct refused {
    const char *sql, *message;
} refused[] = {
    {"CREATE STREAM x (a ^VARCHAR(3, 2))", "VARCHAR takes one number"},
    {"CREATE STREAM x (a ^TIMESTAMP(3, 2))", "TIMESTAMP takes one number"},
    {"CREATE STREAM x (a ^INTEGR)", "unknown type \"INTEGR\": did you mean \"INTEGER\"?"},
    {"CREATE STREAM x (a INTEGER, A INTEGER, ^a DOUBLE)", "column \"a\" is there twice"},
    {"CREATE STREAM x (a INTEGER FORMAT ^'yyyy')", "FORMAT is for dates and times, \"a\" is INTEGER"},
    {"CREATE STREAM x (a TIMESTAMP FORMAT ^'yyyy-QQ')", "unknown letter 'Q' in timestamp format 'yyyy-QQ'"},
    {"CREATE STREAM x (a INTEGER FROM ^'a.b')", "a path begins with $: '$.properties.mag'"},
    {"CREATE STREAM x (a INTEGER FROM ^'$.a') WITH (format = 'csv')", "CSV has no paths: its columns come in order"},
    {"CREATE STREAM x (a INTEGER, WATERMARK FOR ^b AS b)", "unknown column \"b\": \"x\" has a"},
    {"CREATE STREAM x (a INTEGER, WATERMARK FOR ^a AS a)", "a watermark needs a TIMESTAMP, \"a\" is INTEGER"},
    {"CREATE STREAM x (a TIMESTAMP, WATERMARK FOR a AS ^a + INTERVAL '1' SECOND)",
     "a watermark is the column, or the column less an interval: a - INTERVAL '5' SECOND"},
    {"CREATE STREAM x (a TIMESTAMP, WATERMARK FOR a AS a - ^INTERVAL '1' MONTH)",
     "a watermark's bound is a span of days, hours, minutes or seconds, zero or more"},
    {"CREATE STREAM x (a INTEGER, PRIMARY KEY (^b) NOT ENFORCED)", "unknown column \"b\": \"x\" has a"},
    {"CREATE STREAM x (a INTEGER) WITH (^fromat = 'json')", "unknown option \"fromat\": did you mean \"format\"?"},
    {"CREATE STREAM x (a INTEGER) WITH (format = ^'jsn')", "unknown format 'jsn': did you mean 'json'?"},
    {"CREATE STREAM x (a INTEGER) WITH (connector = ^'file')", "connector = 'file' needs a path"},
    {"CREATE STREAM x (a INTEGER) WITH (connector = ^'file', path = 'x')",
     "reading in place requires a WATERMARK: add WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, ts being the column of"
     " the event time"},
    {"CREATE STREAM x (a INTEGER) WITH (path = ^'x')", "path needs connector = 'file'"},
    {"CREATE STREAM x (a INTEGER) WITH (follow = ^TRUE)", "not supported yet: the option follow"},
    {"CREATE STREAM x (a INTEGER) WITH (idle_timeout = ^'soon')", "idle_timeout is a span of time: write '5 seconds'"},
    {"CREATE STREAM x (a INTEGER) WITH (idle_timeout = ^5)", "idle_timeout is a span of time: write '5 seconds'"},
    {"CREATE STREAM x (a INTEGER) WITH (format = 'json', ^format = 'csv')", "the option format is there twice"},
    {"CREATE STREAM ^error_stream (a INTEGER)", "\"error_stream\" is weir's own: choose another name"},
    {"CREATE STREAM x AS SELECT k, ^v AS k FROM s", "column \"k\" is there twice: give one another name with AS"},
    {"CREATE STREAM x AS ^SELECT NULL AS n FROM s", "column \"n\" has no type: write CAST(NULL AS ...)"},
    {"CREATE STREAM x WITH (^connector = 'stdin') AS SELECT k FROM s",
     "a stream that is made by a query has no connector"},
    {"CREATE VIEW x WITH (^retention = '30 days') AS SELECT k FROM s",
     "not supported yet: the option retention of a view"},
    {"CREATE VIEW x (^a, b) AS SELECT k FROM s", "the list has 2 names for 1 columns"},
    {"CREATE PUMP p AS INSERT INTO ^dd SELECT STREAM k FROM s", "unknown stream \"dd\""},
    {"CREATE PUMP p AS INSERT INTO ^w SELECT STREAM k FROM s", "\"w\" is a view: rows are written into streams"},
    {"CREATE PUMP p AS INSERT INTO ^made SELECT STREAM k FROM s", "\"made\" is made by its own query"},
    {"CREATE PUMP p AS INSERT INTO d ^SELECT STREAM k FROM s", "1 value for the 3 columns of \"d\": a, b, c"},
    {"CREATE PUMP p AS INSERT INTO d (a, ^e) SELECT STREAM v, v FROM s", "unknown column \"e\": \"d\" has a, b, c"},
    {"CREATE PUMP p AS INSERT INTO d (a, ^a) SELECT STREAM v, v FROM s", "column \"a\" is there twice"},
    {"CREATE PUMP p AS INSERT INTO ^d (a) SELECT STREAM v FROM s", "column \"c\" is NOT NULL and gets no value"},
    {"CREATE PUMP p AS INSERT INTO d (c) SELECT STREAM ^v FROM s",
     "column \"c\" is TIMESTAMP, this is INTEGER: write TO_TIMESTAMP(...) of milliseconds since 1970"},
    {"CREATE PUMP p AS INSERT INTO ^s (v) SELECT STREAM v FROM s", "a circle: \"s\" would be made from itself"},
    {"CREATE PUMP p AS INSERT INTO ^s (v) SELECT STREAM n FROM w", "a circle: \"s\" would be made from itself"},
    {"INSERT INTO s (k) VALUES (^v)", "there are no columns here: \"v\": if it is a text, write 'v'"},
    {"INSERT INTO s (k) VALUES (^1.5)", "column \"k\" is VARCHAR, this is DECIMAL: write CAST(... AS VARCHAR)"},
    {"CREATE STREAM x AS SELECT v ^+ k AS n FROM s", "INTEGER + VARCHAR(3) is not defined: texts are joined with ||"},
    {"CREATE STREAM x AS SELECT v ^= k AS n FROM s",
     "INTEGER = VARCHAR(3) is not defined: write CAST(... AS VARCHAR) around the INTEGER"},
    {"CREATE STREAM x AS SELECT CASE WHEN v > 1.5 THEN 1.5 ELSE ^k END AS n FROM s",
     "CASE yields DECIMAL and VARCHAR: cast one to the type of the other"},
    {"CREATE STREAM x AS SELECT ^123456789012345678901234567890123456789 AS n FROM s",
     "123456789012345678901234567890123456789 has more than the 38 digits of a DECIMAL: with an exponent it is a "
     "DOUBLE"},
    {"INSERT INTO s (k) VALUES (^1)", "column \"k\" is VARCHAR, this is INTEGER: write CAST(... AS VARCHAR)"},
    {"INSERT INTO s (k) ^SELECT STREAM k FROM s",
     "SELECT STREAM never ends: write CREATE PUMP ... AS INSERT INTO, or leave STREAM away"},
    {"SELECT ^prize FROM s", "unknown column \"prize\": did you mean \"price\"?"},
    {"SELECT v FROM ^bidz", "unknown stream \"bidz\": did you mean \"bids\"?"},
    {"SELECT ^q.v FROM s", "unknown source \"q\": this query calls it \"s\""},
    {"SELECT r.v FROM s AS r, ^bids", "not supported yet: joins"},
    {"SELECT r.v FROM s AS r JOIN ^bids ON TRUE", "not supported yet: joins"},
    {"SELECT ^FOO(v) FROM s", "unknown function \"FOO\""},
    {"SELECT ^ABSS(v) FROM s", "unknown function \"ABSS\": did you mean \"ABS\"?"},
    {"SELECT ^ABS(k) FROM s",
     "ABS does not take (VARCHAR(3)): it takes ABS(INTEGER), ABS(BIGINT), ABS(DECIMAL), ABS(DOUBLE) and 2 more"},
    {"SELECT k ^+ 1 FROM s", "VARCHAR(3) + INTEGER is not defined: texts are joined with ||"},
    {"SELECT v FROM s WHERE ^v", "WHERE needs a BOOLEAN, this is INTEGER: compare it with something"},
    {"SELECT v FROM s WHERE ^COUNT(*) > 1", "COUNT cannot stand in WHERE: write HAVING"},
    {"SELECT SUM(^COUNT(*)) FROM s", "COUNT cannot stand inside an aggregate: compute it in a subquery"},
    {"SELECT COUNT(*) FROM s GROUP BY ^COUNT(*)",
     "COUNT cannot stand in GROUP BY: group by the columns it is to be computed for"},
    {"SELECT ^k, COUNT(*) FROM s",
     "\"k\" is neither in GROUP BY nor inside an aggregate: add it to GROUP BY, or write MAX(k)"},
    {"SELECT k, ^v FROM s GROUP BY k",
     "\"v\" is neither in GROUP BY nor inside an aggregate: add it to GROUP BY, or write MAX(v)"},
    {"SELECT k FROM s GROUP BY k HAVING ^v > 1",
     "\"v\" is neither in GROUP BY nor inside an aggregate: add it to GROUP BY, or write MAX(v)"},
    {"SELECT ^* FROM s GROUP BY k",
     "\"v\" is neither in GROUP BY nor inside an aggregate: add it to GROUP BY, or write MAX(v)"},
    {"SELECT k FROM s GROUP BY ^2", "GROUP BY 2: the select list has 1 column"},
    {"SELECT SUM(^k) FROM s", "SUM needs numbers, this is VARCHAR"},
    {"SELECT SUM(t ^- t) FROM s", "SUM needs numbers, this is INTERVAL DAY TO SECOND"},
    {"SELECT ^MAX(*) FROM s", "only COUNT takes *"},
    {"SELECT ^STDDEV(v) FROM s", "not supported yet: STDDEV"},
    {"SELECT ^COUNT(k, v) FROM s", "not supported yet: COUNT of several expressions"},
    {"SELECT k FROM s WHERE ^SUM(v) OVER (PARTITION BY k ROWS 2 PRECEDING) > 1",
     "OVER cannot stand in WHERE: compute it in a subquery"},
    {"SELECT SUM(^LAG(v) OVER (ROWS 1 PRECEDING)) OVER (ROWS 2 PRECEDING) FROM s",
     "OVER cannot stand inside OVER: compute it in a subquery"},
    {"SELECT SUM(v) OVER ^w FROM s", "there is no WINDOW w"},
    {"SELECT ^FIRST_VALUE(v) OVER (PARTITION BY k) FROM s",
     "this would keep every row that ever came: give its window a beginning, as in RANGE INTERVAL '1' HOUR PRECEDING or "
     "ROWS 100 PRECEDING"},
    {"SELECT ^LAG(v) IGNORE NULLS OVER (PARTITION BY k) FROM s",
     "this would keep every row that ever came: give its window a beginning, as in RANGE INTERVAL '1' HOUR PRECEDING or "
     "ROWS 100 PRECEDING"},
    {"SELECT ^SUM(v) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM s",
     "this would keep every row that ever came: give its window a beginning, as in RANGE INTERVAL '1' HOUR PRECEDING or "
     "ROWS 100 PRECEDING"},
    {"SELECT SUM(v) OVER (ROWS ^-1 PRECEDING) FROM s", "ROWS counts rows: write a whole number, 0 or more"},
    {"SELECT SUM(v) OVER (RANGE ^5 PRECEDING) FROM s", "RANGE goes by time: write INTERVAL '1' HOUR PRECEDING"},
    {"SELECT SUM(v) OVER ^(ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM s",
     "not supported yet: a frame that goes on behind the current row"},
    {"SELECT SUM(v) OVER ^(ROWS BETWEEN 1 PRECEDING AND 2 PRECEDING) FROM s", "this frame ends before it begins"},
    {"SELECT SUM(v) OVER (ORDER BY ^v) FROM s",
     "OVER goes by event time: write ORDER BY ROWTIME, or the column of the WATERMARK"},
    {"SELECT ^LAG(v, 1, 2, 3) OVER (ROWS 1 PRECEDING) FROM s",
     "LAG takes an expression, a number of rows and what stands for rows that are not there"},
    {"^SELECT SUM(n) OVER (ROWS 1 PRECEDING) FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k)",
     "not supported yet: OVER rows that are taken back (its input is a changelog: see EXPLAIN)"},
    {"SELECT COUNT(*) FROM s GROUP BY FLOOR(s.ROWTIME TO MINUTE), ^FLOOR(s.ROWTIME TO HOUR)",
     "two windows over the event time: FLOOR(ROWTIME TO MINUTE) and FLOOR(ROWTIME TO HOUR): keep one, or group by a"
     " column of its own"},
    {"SELECT COUNT(*) FROM s GROUP BY TUMBLE(^t, INTERVAL '1' MINUTE)",
     "\"t\" is not the event time: write ROWTIME, or declare WATERMARK FOR t in CREATE STREAM s"},
    {"SELECT COUNT(*) FROM bids GROUP BY TUMBLE(^price, INTERVAL '1' MINUTE)",
     "\"price\" is not the event time: write \"ts\""},
    {"SELECT COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(^t), INTERVAL '1' MINUTE) GROUP BY window_start",
     "\"t\" is not the event time: write ROWTIME, or declare WATERMARK FOR t in CREATE STREAM s"},
    {"SELECT COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(^tss), INTERVAL '1' MINUTE) GROUP BY window_start",
     "unknown column \"tss\": did you mean \"ts\"?"},
    {"SELECT COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), ^10) GROUP BY window_start",
     "a window's size is an interval literal: INTERVAL '10' MINUTE"},
    {"SELECT COUNT(*) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), ^INTERVAL '0' SECOND) GROUP BY window_start",
     "a window's size must be greater than zero"},
    {"SELECT COUNT(*) FROM ^TUMBLE(TABLE bids, DESCRIPTOR(ts)) GROUP BY window_start",
     "TUMBLE is written TUMBLE(TABLE stream, DESCRIPTOR(time), INTERVAL '10' MINUTE)"},
    {"SELECT COUNT(*) FROM TUMBLE(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), ^SIZES => INTERVAL '1' MINUTE) GROUP"
     " BY window_start",
     "TUMBLE has no argument \"SIZES\": it has DATA, TIMECOL, SIZE, OFFSET"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), ^INTERVAL '-1' MINUTE, INTERVAL '2' MINUTE) GROUP BY"
     " window_start",
     "a window's slide must be greater than zero"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, ^INTERVAL '0' MINUTE) GROUP BY"
     " window_start",
     "a window's size must be greater than zero"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' DAY, ^INTERVAL '1' MONTH) GROUP BY "
     "window_start",
     "a window's slide and size must both be of days and shorter units"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MONTH, ^INTERVAL '1' YEAR) GROUP BY"
     " window_start",
     "not supported yet: hopping windows of months"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' SECOND, ^INTERVAL '1' DAY) GROUP BY"
     " window_start",
     "each row would be in 86400 windows: at most 10000 are possible"},
    {"SELECT COUNT(*) FROM ^HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start",
     "HOP is written HOP(TABLE stream, DESCRIPTOR(time), INTERVAL '1' MINUTE, INTERVAL '10' MINUTE)"},
    {"SELECT COUNT(*) FROM HOP(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), ^STEP => INTERVAL '1' MINUTE) GROUP BY"
     " window_start",
     "HOP has no argument \"STEP\": it has DATA, TIMECOL, SLIDE, SIZE, OFFSET"},
    {"SELECT COUNT(*) FROM CUMULATE(TABLE bids, DESCRIPTOR(ts), INTERVAL '7' HOUR, ^INTERVAL '1' DAY) GROUP BY"
     " window_start",
     "the size must be a multiple of the step"},
    {"SELECT COUNT(*) FROM HOP(TABLE s, DESCRIPTOR(^t), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) GROUP BY"
     " window_start",
     "\"t\" is not the event time: write ROWTIME, or declare WATERMARK FOR t in CREATE STREAM s"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) WHERE"
     " ^window_start > ts GROUP BY window_start",
     "a row is in several of these windows: they can stand in GROUP BY, and above it in the select list and in HAVING"},
    {"SELECT MAX(^window_end) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) GROUP BY"
     " window_start",
     "a row is in several of these windows: they can stand in GROUP BY, and above it in the select list and in HAVING"},
    {"^SELECT window_start, price FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)",
     "not supported yet: windows without GROUP BY window_start, window_end"},
    {"^SELECT price FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) GROUP BY price",
     "not supported yet: windows without GROUP BY window_start, window_end"},
    {"SELECT COUNT(*) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) GROUP BY"
     " window_start, ^window_end - ts",
     "not supported yet: a key of GROUP BY from both the window and the row"},
    {"SELECT COUNT(*) FROM bids GROUP BY HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE), ^HOP(ts, INTERVAL '1'"
     " MINUTE, INTERVAL '3' MINUTE)",
     "two windows over the event time: keep one"},
    {"SELECT ^HOP(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) FROM bids GROUP BY price",
     "these windows are not in GROUP BY"},
    {"SELECT ^HOP_END(ts, INTERVAL '1' MINUTE, INTERVAL '2' MINUTE) FROM bids GROUP BY HOP(ts, INTERVAL '1' MINUTE,"
     " INTERVAL '2' MINUTE)",
     "HOP_END is not here: write the column window_end"},
    {"SELECT COUNT(*) FROM ^TUMBLR(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start",
     "unknown table function \"TUMBLR\": did you mean \"TUMBLE\"?"},
    {"SELECT COUNT(*) FROM bids GROUP BY ^HOP(ts, INTERVAL '1' MINUTE)",
     "HOP takes a time, the windows' slide and their size: HOP(ts, INTERVAL '1' MINUTE, INTERVAL '10' MINUTE)"},
    {"SELECT ^TUMBLE_START(ts, INTERVAL '1' MINUTE) FROM bids GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
     "TUMBLE_START is not here: write the column window_start"},
    {"SELECT ^ts, COUNT(*) FROM bids GROUP BY FLOOR(ts TO HOUR)",
     "\"ts\" differs within a window: write window_start or window_end, or MAX(ts)"},
    {"SELECT COUNT(*) FROM s GROUP BY ^k EMIT ON CLOSE",
     "no expression of GROUP BY is monotonic, so no group is ever complete: add TUMBLE(ROWTIME, INTERVAL '1' MINUTE)"},
    {"^SELECT n FROM w EMIT ON CLOSE", "EMIT ON CLOSE needs a window: this query takes rows back as long as it runs"},
    {"SELECT COUNT(*) FROM s GROUP BY k EMIT EVERY ^INTERVAL '5' SECOND", "EMIT EVERY needs a window over event time"},
    {"SELECT COUNT(*) FROM bids GROUP BY FLOOR(ts TO HOUR) EMIT EVERY ^INTERVAL '0' SECOND",
     "the interval of EMIT EVERY must be greater than zero"},
    {"SELECT COUNT(*) FROM bids GROUP BY FLOOR(ts TO HOUR) EMIT EVERY ^INTERVAL '1' MONTH",
     "EMIT EVERY takes an interval of days and shorter units: INTERVAL '5' SECOND"},
    {"SELECT v FROM s ALLOW LATENESS ^INTERVAL '1' HOUR",
     "ALLOW LATENESS needs a window over event time: nothing else is late here"},
    {"SELECT COUNT(*) FROM bids GROUP BY FLOOR(ts TO HOUR) ALLOW LATENESS ^INTERVAL '-1' HOUR",
     "the interval of ALLOW LATENESS must not be negative"},
    {"^SELECT DISTINCT k FROM s", "not supported yet: SELECT DISTINCT"},
    {"SELECT k FROM s ORDER BY ^k", "not supported yet: ORDER BY"},
    {"SELECT k FROM s LIMIT ^1", "not supported yet: LIMIT"},
    {"WITH ^q AS (SELECT k FROM s) SELECT k FROM q", "not supported yet: WITH"},
    {"SELECT k FROM s UNION ^SELECT k FROM s", "not supported yet: UNION without ALL"},
    {"SELECT k FROM s EXCEPT ^SELECT k FROM s", "not supported yet: EXCEPT"},
    {"SELECT k FROM s UNION ALL ^SELECT k, v FROM s", "UNION ALL of 1 and 2 columns"},
    {"SELECT k FROM s UNION ALL ^SELECT v FROM s", "UNION ALL: column \"v\" is VARCHAR before and INTEGER here"},
    {"SELECT ^(SELECT k FROM s) FROM s", "not supported yet: subqueries as values"},
    {"SELECT k FROM s WHERE ^k IN (SELECT k FROM s)", "not supported yet: IN (SELECT ...)"},
    {"SELECT k FROM s WHERE ^EXISTS (SELECT k FROM s)", "not supported yet: EXISTS"},
    {"SELECT k FROM s ^WINDOWED BY STAGGER (PARTITION BY k RANGE INTERVAL '1' MINUTE)",
     "not supported yet: WINDOWED BY STAGGER"},
    {"SELECT CASE WHEN b THEN 1 ELSE ^'x' END FROM s",
     "CASE yields INTEGER and VARCHAR: cast one to the type of the other"},
    {"SELECT CASE WHEN ^v THEN 1 END FROM s", "WHEN needs a BOOLEAN, this is INTEGER: compare it with something"},
    {"SELECT ^CAST(t AS DOUBLE) FROM s",
     "TIMESTAMP cannot be cast to DOUBLE: write UNIX_TIMESTAMP(...), milliseconds since 1970"},
    {"SELECT ^INTERVAL '1:75' MINUTE TO SECOND FROM s", "'1:75' is no INTERVAL MINUTE TO SECOND"},
    {"SELECT ^TIMESTAMP '2024-13-01 00:00:00' FROM s",
     "'2024-13-01 00:00:00' is no TIMESTAMP: write it as 'yyyy-MM-dd HH:mm:ss'"},
    {"SELECT ^DATE '2024-1-01' FROM s", "'2024-1-01' is no DATE: write it as 'yyyy-MM-dd'"},
    {"SELECT ^DATE '2024-01-01 ' FROM s", "'2024-01-01 ' is no DATE: write it as 'yyyy-MM-dd'"},
    {"SELECT ^TIME '24:00:00' FROM s", "'24:00:00' is no TIME: write it as 'HH:mm:ss'"},
    {"SELECT ^INTERVAL '1' DAY(11) FROM s", "an interval has up to 10 leading digits, not 11"},
    {"SELECT ^INTERVAL '1:60' HOUR TO MINUTE FROM s", "'1:60' is no INTERVAL HOUR TO MINUTE"},
    {"SELECT ^CAST(INTERVAL '1:00' HOUR TO MINUTE AS BIGINT) FROM s",
     "only an interval of one unit is a number: write (...) SECOND, or EXTRACT"},
    {"SELECT ^(INTERVAL '1' DAY) MONTH FROM s", "days are no months: only (time - time) can be counted in months"},
    {"SELECT ^TIMESTAMPADD('x', 1, t) FROM s", "TIMESTAMPADD begins with a unit: TIMESTAMPADD(MINUTE, ...)"},
    {"SELECT ^a FROM (SELECT v AS a, k AS a FROM s)", "ambiguous column \"a\": there are two of that name"},
    {"SELECT ^v AS ROWTIME, k FROM s", "ROWTIME is a TIMESTAMP, this is INTEGER"},
    {"SELECT ^t AS ROWTIME FROM s", "the select list has no column besides ROWTIME"},
    {"SELECT ^SHARD_ID FROM (SELECT k FROM s)", "unknown column \"SHARD_ID\": the columns are k"},
    {"SELECT ^a.b.c.d FROM s", "not supported yet: fields of records"},
    {"SELECT k FROM s t (^a, b)", "the list has 2 names for 5 columns"},
    {"SELECT v FROM ^s FINAL", "not supported yet: FINAL"},
    {"^SELECT 1", "not supported yet: a continuous query without FROM"},
    {"SELECT COUNT(*) FILTER (WHERE ^v) FROM s", "FILTER needs a BOOLEAN, this is INTEGER: compare it with something"},
    {"SELECT ABS(v) FILTER (WHERE ^b) FROM s", "FILTER belongs to an aggregate"},
    {"SELECT ^ABS(DISTINCT v) FROM s", "DISTINCT belongs into an aggregate"},
    {"SELECT ^EXTRACT(1 FROM t) FROM s", "EXTRACT is written EXTRACT(unit FROM time)"},
    {"SELECT ^FOO(v TO HOUR) FROM s", "FOO is not written like this"},
    {"SELECT ^ROW(1,2) FROM s", "not supported yet: rows as values"},
    {"SELECT ^(ROW(1,2)).a FROM s", "not supported yet: fields of records"},
    {"SELECT ^UPPER(k).a FROM s", "not supported yet: fields of records"},
    {"SELECT FLOOR(ts TO DAY TIME ZONE ^'Europe/Berlin') FROM bids", "not supported yet: TIME ZONE in FLOOR"},
    {"SELECT COUNT(*), ^MAX(v) IGNORE NULLS FROM s", "not supported yet: IGNORE NULLS"},
    {"SELECT ^MIN(v) RESPECT NULLS FROM s", "not supported yet: RESPECT NULLS"},
    {"SELECT SUM(^x => v) FROM s", "only table functions take named arguments"},
    {"SELECT ^UPPER(ALL k) FROM s", "ALL belongs into an aggregate"},
    {"SELECT ^UPPER(k ORDER BY v) FROM s", "ORDER BY belongs into an aggregate"},
    {"SELECT ^UPPER(k) WITHIN GROUP (ORDER BY v) FROM s", "WITHIN GROUP belongs to an aggregate"},
    {"SELECT k FROM s FETCH FIRST ^5 ROWS ONLY", "not supported yet: LIMIT"},
    {"SELECT k FROM s OFFSET ^5 ROWS", "not supported yet: OFFSET"},
    {"WITH RECURSIVE ^q AS (SELECT k FROM s) SELECT k FROM q", "not supported yet: WITH"},
    {"SELECT STREAM MONOTONIC(k) FROM s GROUP BY ^MONOTONIC(k)", "not supported yet: MONOTONIC of VARCHAR"},
    {"SELECT k FROM s GROUP BY ^ROLLUP (k)", "not supported yet: ROLLUP"},
    {"SELECT k FROM s WITH (^start = 'latest')", "not supported yet: the option start of a query"},
    {"SELECT v FROM x.^y", "unknown stream \"y\""},
};

static int bind_any(struct fixture *f, const struct statement *s)
{
    struct insert_rows rows;
    struct object *o;

    if (s->kind == STATEMENT_QUERY) return bind_query(&f->ctx, f->arena, s->select, &f->err) ? 0 : -1;
    if (s->kind == STATEMENT_INSERT) return bind_insert(&f->ctx, f->arena, s, &rows, &f->err);
    o = bind_create(&f->ctx, s, &f->err);
    object_free(o);
    return o ? 0 : -1;
}

static void wrong_statements_are_refused_at_their_place(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const char *mark = strchr(refused[i].sql, '^');
        char *sql = arena_printf(f->arena, "%.*s%s", (int)(mark - refused[i].sql), refused[i].sql, mark + 1);
        f->err = (struct err){0};
        if (!bind_any(f, fixture_parse(f, sql))) fail_msg("accepted: %s", sql);
        if (f->err.at != mark - refused[i].sql || strcmp(f->err.text, refused[i].message)) {
            fail_msg("%s\n%d: %s", refused[i].sql, f->err.at, f->err.text);
        }
        if (!strncmp(f->err.text, "not supported yet: ", 19) != (f->err.code == ERR_UNSUPPORTED))
            fail_msg("code of %s", sql);
    }
    fixture_free(f);
}

/* ---- streams ---- */

static void a_declared_stream_has_columns_watermark_and_options(void **state)
{
    struct fixture *f = fixture_new(DIALECT_WEIR);
    const struct object *o = fixture_must_create(
        f,
        "CREATE STREAM q (id BIGINT NOT NULL, mag FLOAT FROM '$.properties.mag', name TEXT,"
        " at TIMESTAMP(3) FORMAT 'epoch_ms', WATERMARK FOR at AS at - INTERVAL '1:30' MINUTE TO SECOND,"
        " PRIMARY KEY (id) NOT ENFORCED) WITH (connector = 'stdin', max_ahead = '2 minutes', idle_timeout = '500ms')");

    (void)state;
    assert_int_equal(o->field_count, 4);
    assert_true(o->fields[0].not_null);
    assert_int_equal(o->fields[1].type.kind, TYPE_DOUBLE);
    assert_string_equal(o->fields[1].path, "$.properties.mag");
    assert_int_equal(o->fields[2].type.kind, TYPE_VARCHAR);
    assert_string_equal(o->fields[3].format, "epoch_ms");
    assert_int_equal(o->watermark_field, 3);
    assert_int_equal(o->watermark_bound, 90 * USEC_SECOND);
    assert_int_equal(o->source, SOURCE_STDIN);
    assert_int_equal(o->max_ahead, 2 * USEC_MINUTE);
    assert_int_equal(o->idle_timeout, 500 * USEC_MS);
    assert_string_equal(o->format, "json");
    assert_string_equal(object_option(o, "max_ahead"), "2 minutes");
    assert_null(o->plan);
    fixture_free(f);
}

static void only_streams_with_event_time_of_their_own_have_a_guard(void **state)
{
    struct fixture *f = fixture_new(DIALECT_WEIR);

    (void)state;
    assert_int_equal(fixture_must_create(f, "CREATE STREAM a (t TIMESTAMP, WATERMARK FOR t AS t)")->max_ahead,
                     USEC_HOUR);
    assert_true(fixture_must_create(f, "CREATE STREAM b (t TIMESTAMP)")->max_ahead == USEC_MAX);
    assert_true(fixture_must_create(f, "CREATE STREAM c (t TIMESTAMP, WATERMARK FOR t AS t) WITH (max_ahead = 'off')")
                    ->max_ahead == USEC_MAX);
    assert_true(fixture_must_create(f, "CREATE STREAM d (t TIMESTAMP, WATERMARK FOR t AS t)"
                                       " WITH (connector = 'file', path = 'x')")
                    ->max_ahead == USEC_MAX);
    fixture_free(f);
}

static void a_stream_is_kept_with_its_statement(void **state)
{
    struct fixture *f = fixture_new(DIALECT_WEIR);

    (void)state;
    assert_string_equal(fixture_must_create(f, "create   stream a (x int) -- so")->sql, "CREATE STREAM a (x int)");
    fixture_free(f);
}

static void a_derived_stream_has_its_querys_columns(void **state)
{
    struct fixture *f = fixture_filled();
    const struct object *o = fixture_must_create(f, "CREATE STREAM x AS SELECT k AS key, v FROM s WHERE b");

    (void)state;
    assert_true(o->derived);
    assert_false(o->changelog);
    assert_int_equal(o->target, o->id);
    assert_int_equal(o->watermark_field, -1);
    assert_int_equal(o->field_count, 2);
    assert_string_equal(o->fields[0].name, "key");
    assert_int_equal(o->target_field[1], 1);
    fixture_free(f);
}

static void a_derived_stream_that_takes_rows_back_is_a_changelog(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    assert_true(fixture_must_create(f, "CREATE STREAM x AS SELECT k, COUNT(*) AS n FROM s GROUP BY k")->changelog);
    assert_false(fixture_must_create(f, "CREATE STREAM y AS SELECT COUNT(*) AS n FROM bids GROUP BY FLOOR(ts TO DAY)")
                     ->changelog);
    assert_true(fixture_must_create(f, "CREATE STREAM z AS SELECT n FROM x")->changelog);
    fixture_free(f);
}

static void a_view_may_name_its_columns(void **state)
{
    struct fixture *f = fixture_filled();
    const struct object *o =
        fixture_must_create(f, "CREATE MATERIALIZED VIEW x (key, \"Total\") AS SELECT k, SUM(v) FROM s GROUP BY k");

    (void)state;
    assert_int_equal(o->kind, OBJECT_VIEW);
    assert_string_equal(o->fields[1].name, "Total");
    assert_string_equal(o->plan->fields[0].name, "key");
    assert_int_equal(o->target, 0);
    fixture_free(f);
}

static void the_outermost_windows_of_a_view_show_changes(void **state)
{
    struct fixture *f = fixture_filled();
    const struct object *o = fixture_must_create(
        f, "CREATE VIEW x AS SELECT COUNT(*) AS n FROM (SELECT window_time FROM TUMBLE(TABLE bids, DESCRIPTOR(ts),"
           " INTERVAL '1' MINUTE) GROUP BY window_start, window_end) GROUP BY FLOOR(window_time TO HOUR)");
    const struct plan *outer = o->plan->input[0], *inner = outer->input[0]->input[0];

    (void)state;
    assert_int_equal(outer->emit, EMIT_CHANGES);
    assert_int_equal(inner->kind, PLAN_AGGREGATE);
    assert_int_equal(inner->emit, EMIT_CLOSE);
    fixture_free(f);
}

/* ---- pumps and rows ---- */

static void a_pump_casts_to_the_columns_it_fills(void **state)
{
    struct fixture *f = fixture_filled();
    const struct object *o =
        fixture_must_create(f, "CREATE PUMP p STOPPED AS INSERT INTO d (c, b, a) SELECT STREAM t, k, v FROM s");

    (void)state;
    assert_true(o->stopped);
    assert_int_equal(o->target, catalog_find(f->catalog, str_lit("d"), false, 1u << OBJECT_STREAM, 0, NULL)->id);
    assert_int_equal(o->target_field[0], 2);
    assert_int_equal(o->target_field[2], 0);
    assert_int_equal(o->plan->fields[1].type.length, 2);
    assert_int_equal(o->plan->fields[2].type.kind, TYPE_BIGINT);
    assert_true(o->plan->insert_only);
    fixture_free(f);
}

static void a_pump_may_have_the_name_of_a_stream_and_the_same_target(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    fixture_must_create(f, "CREATE PUMP s AS INSERT INTO d (c) SELECT STREAM t FROM s");
    fixture_must_create(f, "CREATE PUMP q AS INSERT INTO d (c) SELECT STREAM ts FROM bids");
    fixture_free(f);
}

static void pumps_that_make_a_circle_are_refused(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    fixture_must_create(f, "CREATE STREAM e (c TIMESTAMP)");
    fixture_must_create(f, "CREATE PUMP p AS INSERT INTO d (c) SELECT STREAM t FROM s");
    fixture_must_create(f, "CREATE PUMP q AS INSERT INTO e SELECT STREAM c FROM d");
    assert_null(fixture_create(f, "CREATE PUMP r AS INSERT INTO s (t) SELECT STREAM c FROM e"));
    assert_string_equal(f->err.text, "a circle: \"s\" would be made from itself");
    assert_null(fixture_create(f, "CREATE PUMP r AS INSERT INTO e SELECT STREAM c FROM e"));
    assert_string_equal(f->err.text, "a circle: \"e\" would be made from itself");
    fixture_free(f);
}

/* Forty levels, each fed twice by the one below: 2^40 ways lead to the lowest. */
static void many_ways_to_a_stream_are_walked_once(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    fixture_must_create(f, "CREATE STREAM l0 (c TIMESTAMP)");
    for (int i = 1; i <= 40; i++) {
        fixture_must_create(f, arena_printf(f->arena, "CREATE STREAM l%d (c TIMESTAMP)", i));
        for (int pump = 0; pump < 2; pump++)
            fixture_must_create(f,
                                arena_printf(f->arena, "CREATE PUMP p%d_%d AS INSERT INTO l%d SELECT STREAM c FROM l%d",
                                             i, pump, i, i - 1));
    }
    assert_null(fixture_create(f, "CREATE PUMP r AS INSERT INTO l0 SELECT STREAM c FROM l40"));
    assert_string_equal(f->err.text, "a circle: \"l0\" would be made from itself");
    fixture_must_create(f, "CREATE STREAM e (c TIMESTAMP)");
    fixture_must_create(f, "CREATE VIEW v AS SELECT c FROM e");
    fixture_must_create(f, "CREATE PUMP r AS INSERT INTO e SELECT STREAM c FROM l40");
    fixture_free(f);
}

static void inserted_rows_have_a_value_for_every_column(void **state)
{
    struct fixture *f = fixture_filled();
    struct insert_rows rows;

    (void)state;
    assert_int_equal(
        bind_insert(&f->ctx, f->arena,
                    fixture_parse(f,
                                  "INSERT INTO s (t, v, price) VALUES"
                                  " ('2024-01-01 00:00:00', 1 + 1, 2), (TIMESTAMP '1970-01-01 00:00:01', NULL, 0.5)"),
                    &rows, &f->err),
        0);
    assert_string_equal(rows.stream->name, "s");
    assert_int_equal(rows.row_count, 2);
    assert_true(rows.rows[0][0]->null);
    assert_int_equal(rows.rows[0][1]->kind, BOUND_CALL);
    assert_int_equal(rows.rows[0][2]->type.kind, TYPE_DOUBLE);
    assert_int_equal(rows.rows[0][3]->type.kind, TYPE_TIMESTAMP);
    assert_true(rows.rows[1][1]->null);
    assert_int_equal(rows.rows[1][1]->type.kind, TYPE_INTEGER);
    assert_int_equal(rows.rows[1][3]->i, USEC_SECOND);
    fixture_free(f);
}

/* ---- names ---- */

static void a_quoted_name_in_another_case_is_warned_about(void **state)
{
    struct fixture *f = fixture_filled();

    (void)state;
    assert_non_null(fixture_query(f, "SELECT \"ODD\" FROM bids"));
    assert_string_equal(f->warning, "7: \"ODD\" is taken as \"Odd\"");
    f->warning[0] = 0;
    assert_non_null(fixture_query(f, "SELECT odd, \"Odd\" FROM BIDS"));
    assert_string_equal(f->warning, "");
    fixture_free(f);
}

static struct fixture *old_service(void)
{
    struct fixture *f = fixture_new(DIALECT_KINESIS);

    fixture_must_create(f, "CREATE STREAM \"SOURCE_001\" (\"price\" DOUBLE, Sector VARCHAR(8), n INTEGER)");
    return f;
}

static void the_old_service_folds_unquoted_names(void **state)
{
    struct fixture *f = old_service();
    const struct plan *p = fixture_query(f, "SELECT STREAM sector, \"price\" AS Top, n FROM source_001");

    (void)state;
    assert_string_equal(p->fields[0].name, "SECTOR");
    assert_string_equal(p->fields[1].name, "TOP");
    assert_string_equal(fixture_must_create(f, "CREATE STREAM dest (a INTEGER)")->name, "DEST");
    fixture_free(f);
}

static void the_old_service_names_the_remedy_for_missing_quotes(void **state)
{
    struct fixture *f = old_service();

    (void)state;
    assert_null(fixture_query(f, "SELECT STREAM price FROM source_001"));
    assert_int_equal(f->err.at, 14);
    assert_string_equal(f->err.text, "\"price\" exists only in quotes: write \"price\"");
    assert_null(fixture_query(f, "SELECT STREAM n FROM \"Source_001\""));
    assert_string_equal(f->err.text, "unknown name \"Source_001\": did you mean \"SOURCE_001\"?");
    fixture_free(f);
}

static void the_old_service_averages_integers_to_integers(void **state)
{
    struct fixture *f = old_service();
    const struct plan *p =
        fixture_query(f, "SELECT STREAM AVG(n), AVG(\"price\") FROM source_001 s GROUP BY FLOOR(s.ROWTIME TO HOUR)");

    (void)state;
    assert_int_equal(p->fields[0].type.kind, TYPE_INTEGER);
    assert_int_equal(p->fields[1].type.kind, TYPE_DOUBLE);
    fixture_free(f);
}

static void the_old_service_cuts_text_to_its_column(void **state)
{
    struct fixture *f = old_service();
    const struct object *o;

    (void)state;
    fixture_must_create(f, "CREATE STREAM dest (a VARCHAR(2))");
    o = fixture_must_create(f, "CREATE PUMP p AS INSERT INTO dest SELECT STREAM sector FROM source_001");
    assert_string_equal(o->plan->exprs[0]->function->name, "LEFT");
    assert_int_equal(o->plan->fields[0].type.length, 2);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_statements_are_refused_at_their_place),
        cmocka_unit_test(a_declared_stream_has_columns_watermark_and_options),
        cmocka_unit_test(only_streams_with_event_time_of_their_own_have_a_guard),
        cmocka_unit_test(a_stream_is_kept_with_its_statement),
        cmocka_unit_test(a_derived_stream_has_its_querys_columns),
        cmocka_unit_test(a_derived_stream_that_takes_rows_back_is_a_changelog),
        cmocka_unit_test(a_view_may_name_its_columns),
        cmocka_unit_test(the_outermost_windows_of_a_view_show_changes),
        cmocka_unit_test(a_pump_casts_to_the_columns_it_fills),
        cmocka_unit_test(a_pump_may_have_the_name_of_a_stream_and_the_same_target),
        cmocka_unit_test(pumps_that_make_a_circle_are_refused),
        cmocka_unit_test(many_ways_to_a_stream_are_walked_once),
        cmocka_unit_test(inserted_rows_have_a_value_for_every_column),
        cmocka_unit_test(a_quoted_name_in_another_case_is_warned_about),
        cmocka_unit_test(the_old_service_folds_unquoted_names),
        cmocka_unit_test(the_old_service_names_the_remedy_for_missing_quotes),
        cmocka_unit_test(the_old_service_averages_integers_to_integers),
        cmocka_unit_test(the_old_service_cuts_text_to_its_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
