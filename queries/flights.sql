-- 20,000 real flights, in the order in which they left: how late, where, when?
-- Event time is out of order by up to ten hours, so a window closes ten hours after its end, and nothing is late.

CREATE STREAM flights (
    date        TIMESTAMP FORMAT 'yyyy/MM/dd HH:mm',
    delay       INTEGER,
    distance    INTEGER,
    origin      VARCHAR(3),
    destination VARCHAR(3),
    WATERMARK FOR date AS date - INTERVAL '10' HOUR
) WITH (format = 'json', connector = 'file', path = 'data/flights.jsonl');

-- Every six hours and airport, once the window closes: appended to the log of a new stream.
CREATE STREAM per_6_hours AS
SELECT window_start, origin,
       COUNT(*) AS flights,
       AVG(delay) AS mean_delay,
       MAX(delay) AS worst_delay,
       AVG(CASE WHEN delay > 15 THEN 1.0 ELSE 0.0 END) AS share_delayed
FROM TUMBLE(TABLE flights, DESCRIPTOR(date), INTERVAL '6' HOUR)
GROUP BY window_start, window_end, origin;

-- Per airport, without a window: always up to date.
CREATE VIEW per_origin AS
SELECT origin,
       COUNT(*) AS flights,
       COUNT(DISTINCT destination) AS destinations,
       AVG(delay) AS mean_delay,
       AVG(CASE WHEN delay > 15 THEN 1.0 ELSE 0.0 END) AS share_delayed
FROM flights
GROUP BY origin;

-- The long delays, as a stream of their own.
CREATE STREAM long_delays (date TIMESTAMP, origin VARCHAR(3), destination VARCHAR(3), hours DOUBLE);

CREATE PUMP find_long_delays AS
INSERT INTO long_delays (date, origin, destination, hours)
SELECT STREAM date, origin, destination, delay / 60.0 FROM flights WHERE delay > 240;

-- The busiest windows, the airports by punctuality, the longest delays, and what was late for its window.
SELECT window_start, origin, flights, ROUND(mean_delay, 1) AS mean_delay, worst_delay, ROUND(100 * share_delayed, 1) AS percent_delayed
FROM per_6_hours ORDER BY flights DESC, window_start, origin LIMIT 8;

SELECT origin, flights, destinations, ROUND(mean_delay, 2) AS mean_delay, ROUND(100 * share_delayed, 1) AS percent_delayed
FROM per_origin WHERE flights >= 500 ORDER BY share_delayed, origin LIMIT 10;

SELECT date, origin, destination, ROUND(hours, 2) AS hours FROM long_delays ORDER BY hours DESC, date LIMIT 5;

SELECT (SELECT COUNT(*) FROM per_6_hours) AS windows, (SELECT COUNT(*) FROM long_delays) AS long_delays,
       (SELECT COUNT(*) FROM error_stream) AS late_or_bad;
