#!/bin/sh
# help.sh WEIR - .help: what there is, a function, an aggregate, a statement, a name that is none; SHOW FUNCTIONS.
. "$(dirname "$0")/checks"

# help NAME: runs .help NAME.
help() {
    printf '.help %s\n' "$1" >in
    run <in
}

help ""
has "the list has the commands" ".help    [NAME]"
has "the list has the statements" "CREATE STREAM"
has "the list has the functions by subject" "Comparison:  =  <>"
has "the list has the aggregates" "Aggregates:  COUNT"
good=true
grep -qi "interval_truncate" out && good=false
report "the list has no internal functions" $good
help like
prints "an operator, in any case" "  VARCHAR LIKE VARCHAR -> BOOLEAN
true when the text fits the pattern: % is any text, _ any one character
Example: 'weir' LIKE 'w%r' is true

  VARCHAR LIKE VARCHAR ESCAPE VARCHAR -> BOOLEAN
as LIKE; after the escape character % and _ are themselves
Example: '50%' LIKE '50!%' ESCAPE '!' is true"
help "CHARACTER_LENGTH;"
has "a function by another name" "CHAR_LENGTH(VARCHAR) -> INTEGER"
has "its other names" "also CHARACTER_LENGTH, LENGTH"
help EXTRACT
has "a function that is written in a form of its own" "EXTRACT(unit FROM TIMESTAMP) -> BIGINT"
help count
has "an aggregate" "COUNT(*) -> BIGINT"
help "create pump"
prints "a statement" "  CREATE [OR REPLACE] PUMP name [STOPPED] AS INSERT INTO stream SELECT STREAM ...
a query that writes into a stream"
help "GREATST"
says "a misspelt function" 1 "no help on GREATST: did you mean GREATEST?"
help "WATERMRK"
says "a misspelt topic" 1 "no help on WATERMRK: did you mean WATERMARK?"
help "nonsense"
says "a name of nothing" 1 "no help on nonsense: .help lists what there is"
help "interval_truncate"
says "an internal function is none" 1 "no help on interval_truncate"

run -c "SHOW FUNCTIONS"
has "SHOW FUNCTIONS writes calls as SQL does" "VARCHAR LIKE VARCHAR ESCAPE VARCHAR -> BOOLEAN"
good=true
grep -q "interval_truncate\|INTERVAL_DAY\|SUBSTRING_OR_NULL" out && good=false
report "SHOW FUNCTIONS has no internals" $good

finish
