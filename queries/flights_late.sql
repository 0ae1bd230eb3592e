-- The flights again, with a bound of one hour instead of ten: a window closes an hour after its end, and 281 flights come
-- too late for theirs. They are not lost: they stand in error_stream, each with the query that missed it.

CREATE STREAM flights (
    date        TIMESTAMP FORMAT 'yyyy/MM/dd HH:mm',
    delay       INTEGER,
    distance    INTEGER,
    origin      VARCHAR(3),
    destination VARCHAR(3),
    WATERMARK FOR date AS date - INTERVAL '1' HOUR
) WITH (format = 'json', connector = 'file', path = 'data/flights.jsonl');

CREATE STREAM hourly AS
SELECT window_start, origin, COUNT(*) AS flights, MAX(delay) AS worst_delay
FROM TUMBLE(TABLE flights, DESCRIPTOR(date), INTERVAL '1' HOUR)
GROUP BY window_start, window_end, origin;

SELECT ERROR_NAME, PUMP_NAME, COUNT(*) AS n FROM error_stream GROUP BY ERROR_NAME, PUMP_NAME;

SELECT DATA_ROWTIME, MESSAGE, DATA_ROW FROM error_stream LIMIT 5;

-- Lateness is a property of the log: it can be asked before a query is written.
SELECT COUNT(*) AS behind_the_watermark FROM flights WHERE ROWTIME < _watermark;

SELECT COUNT(*) AS windows, SUM(flights) AS on_time FROM hourly;
