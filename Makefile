# weir's build. `make help` lists the targets; the folders and their order are in README.md.
# All cores, unless -j says otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(shell nproc)
endif
CC     ?= cc
BUILD  ?= build
CFLAGS ?= -O2 -g
# What every build has, whatever CFLAGS says. -ffp-contract=off: a*b+c rounds twice on every processor (design, R11).
STRICT := -std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -ffp-contract=off \
          -fno-strict-aliasing -D_GNU_SOURCE -I. -I$(BUILD)
# libcrypto.a for its digests alone: the shared library would take 1.4 ms and 1.7 MB of every start.
LIBS   := -lsqlite3 -ledit -lzstd -llz4 -lpcre2-8 -lutf8proc -l:libcrypto.a -lm -lpthread

# make V=1 shows the commands.
ifneq ($(V),)
say := @:
else
Q   := @
say := @printf '%-4s %s\n'
endif

FOLDERS := base log parser planner runtime sqlite engine connectors shell
SOURCES := $(filter-out shell/main.c,$(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/parser/grammar.tab.o $(BUILD)/parser/lexer.lex.o
GENERATED := $(BUILD)/parser/grammar.tab.h $(BUILD)/parser/lexer.lex.h

# Tests and benchmarks: a file is a program.
UNIT   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
CRASH  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/crash/*.c))
RANDOM := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/random/*.c))
DOCS   := $(BUILD)/docs/functions
BENCH  := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*.c))

.PHONY: all help run test test-programs asan tsan layers rules docs format bench clean
all: $(BUILD)/weir

help:
	@echo 'make           builds build/weir'
	@echo 'make run       the main job: queries/flights.sql over 20,000 real flights'
	@echo 'make test      all tests (installs what they need first)'
	@echo 'make asan      the same under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make tsan      the tests with threads under ThreadSanitizer'
	@echo 'make layers    no folder includes from one above it'
	@echo 'make rules     the rules of docs/kinesis-rules.md that no test names'
	@echo 'make docs      writes docs/functions.md from the registry of functions'
	@echo 'make format    lays all C files out by .clang-format'
	@echo 'make bench     benchmarks'
	@echo 'make clean     removes build/'

run: $(BUILD)/weir
	$(BUILD)/weir run queries/flights.sql --once

test:
	@./setup test
	@$(MAKE) --no-print-directory test-programs
	@tests/run $(BUILD)

test-programs: $(BUILD)/weir $(UNIT) $(CRASH) $(RANDOM) $(DOCS)

# Sanitizers: the same tests in a build folder of their own, fewer crash points and random queries.
asan:
	@./setup test
	@$(MAKE) --no-print-directory test-programs BUILD=build/asan CC=clang \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	    LDFLAGS='-fsanitize=address,undefined'
	@tests/run build/asan few

tsan:
	@./setup test
	@$(MAKE) --no-print-directory build/tsan/tests/unit/test_journal_threads build/tsan/tests/unit/test_log_threads \
	    build/tsan/tests/unit/test_pages \
	    BUILD=build/tsan CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS='-fsanitize=thread'
	@tests/run build/tsan threads

layers:
	@tests/layers

rules:
	@tests/rules

docs: $(DOCS)
	$(DOCS) >docs/functions.md

# clang-format takes `operator` for C++'s: sed puts the star of `struct operator *` back.
FORMATTED := $(wildcard $(addsuffix /*.[ch],$(FOLDERS)) tests/*/*.[ch] bench/*.[ch] docs/*.[ch])
format:
	clang-format -i $(FORMATTED)
	sed -i -E 's/struct operator(\*+) ?/struct operator \1/g' $(FORMATTED)

bench: $(BENCH) $(BUILD)/weir
	@bench/run $(BUILD)

clean:
	rm -rf $(BUILD)

$(BUILD)/weir: $(BUILD)/shell/main.o $(BUILD)/libweir.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libweir.a: $(OBJECTS)
	@rm -f $@
	$(say) AR $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(STRICT) $(CFLAGS) -MMD -MP -c -o $@ $<

# Generated C: our warnings, less what the skeletons of bison and flex do by design.
$(BUILD)/parser/%.o: $(BUILD)/parser/%.c | $(GENERATED)
	$(say) CC $<
	$(Q)$(CC) $(STRICT) -Wno-missing-prototypes -Wno-unused-function -Wno-sign-compare $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/parser/grammar.tab.c $(BUILD)/parser/grammar.tab.h &: parser/grammar.y
	@mkdir -p $(@D)
	$(say) YACC $<
	$(Q)bison -Werror -o $(BUILD)/parser/grammar.tab.c --header=$(BUILD)/parser/grammar.tab.h $<

$(BUILD)/parser/lexer.lex.c $(BUILD)/parser/lexer.lex.h &: parser/lexer.l
	@mkdir -p $(@D)
	$(say) LEX $<
	$(Q)flex -o $(BUILD)/parser/lexer.lex.c --header-file=$(BUILD)/parser/lexer.lex.h $<

$(BUILD)/tests/unit/%: TEST_LIBS = -lcmocka -ljansson
$(BUILD)/tests/% $(BUILD)/bench/% $(BUILD)/docs/%: | $(GENERATED)
$(BUILD)/tests/%: tests/%.c $(BUILD)/libweir.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(STRICT) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libweir.a $(TEST_LIBS) $(LIBS)

$(BUILD)/bench/%: bench/%.c $(BUILD)/libweir.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(STRICT) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libweir.a $(LIBS)

$(BUILD)/docs/%: docs/%.c $(BUILD)/libweir.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(STRICT) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libweir.a $(LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
