#!/bin/sh
# usage.sh WEIR - the command line: help, what is wrong with it, exit codes.
. "$(dirname "$0")/checks"

run --help
has "help lists the commands" "weir COMMAND --help"
has "help lists the options" "-c SQL"
run run --help
has "help of run" "--emit NAME"
run test --help
has "help of test" "--update"
run --version
prints "version" "weir 0.1.0"

run run
says "run needs a file" 2 "weir run needs FILE..."
run run --onec f.sql
says "an unknown option gets a suggestion" 2 "unknown option --onec: did you mean --once?"
run --nonsense
says "an unknown option of the program" 2 "unknown option --nonsense"
run rnu f.sql
says "an unknown command gets a suggestion" 2 "unknown command 'rnu': did you mean 'run'?"
run frobnicate f.sql
says "an unknown command" 2 "unknown command 'frobnicate'"
run run f.sql --format xml
says "an unknown format lists them" 2 "--format is table, csv, json"
run run f.sql --lanes many
says "lanes are a number" 2 "--lanes takes a number"
run run f.sql --close
says "close goes with once" 2 "--close goes with --once"
run run f.sql --data
says "an option without its value" 2 "--data needs a value"
run -c "SELECT 1" a b
says "too many directories" 2 "what is 'b' for?"
for word in serve put tail infer bench; do
    run $word
    says "$word is not there yet" 2 "not supported yet: weir $word"
done

run run nowhere.sql --once
says "a file that is absent" 1 "cannot read nowhere.sql: No such file or directory"
mkdir folder
run run folder --once
says "a directory for a file" 1 "cannot read folder: it is a directory"
printf 'SELECT 1;\nSELECT \377;\n' >bytes.sql
run run bytes.sql --once
says "a file that is no UTF-8" 1 "bytes.sql:2:8: the byte 0xff is not UTF-8 text"
echo 'SELECT 1;' >query.sql
run -c "SELECT 1" query.sql
says "a file for a directory" 2 "to run it: weir run query.sql"
if [ "$(id -u)" != 0 ]; then
    chmod 0 query.sql
    run run query.sql --once
    says "a file that may not be read" 1 "cannot read query.sql: Permission denied"
fi
finish
