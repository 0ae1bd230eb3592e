# weir: make help lists the targets. Folders and their order: see README.md; `make layers` checks the order.
CC      ?= gcc
BUILD   ?= build
CFLAGS  ?= -O2 -g
# What every build has, whatever CFLAGS says. No contraction: a*b+c must round twice everywhere (design.md, R11).
STRICT  := -std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -ffp-contract=off -fno-strict-aliasing -D_GNU_SOURCE -I. -I$(BUILD)
LIBS    := -lsqlite3 -ledit -lutf8proc -lzstd -lm -lpthread
FOLDERS := base log parser planner runtime sqlite engine connectors shell

SOURCES := $(filter-out shell/main.c,$(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
ifneq ($(wildcard parser/grammar.y),)
OBJECTS += $(BUILD)/parser/grammar.tab.o $(BUILD)/parser/lexer.lex.o
GENERATED := $(BUILD)/parser/grammar.tab.h $(BUILD)/parser/lexer.lex.h
endif
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

.PHONY: all help run test unit asan tsan layers format bench clean
all: $(BUILD)/weir

$(BUILD)/weir: $(BUILD)/shell/main.o $(BUILD)/libweir.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libweir.a: $(OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(STRICT) $(CFLAGS) -MMD -MP -c -o $@ $<

# Generated C: our warnings, less what bison's and flex's skeletons do by design.
$(BUILD)/parser/%.o: $(BUILD)/parser/%.c
	$(CC) $(STRICT) -Wno-missing-prototypes -Wno-unused-function -Wno-sign-compare $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/parser/grammar.tab.c $(BUILD)/parser/grammar.tab.h &: parser/grammar.y
	@mkdir -p $(@D)
	bison -Werror -o $(BUILD)/parser/grammar.tab.c --header=$(BUILD)/parser/grammar.tab.h $<

$(BUILD)/parser/lexer.lex.c $(BUILD)/parser/lexer.lex.h &: parser/lexer.l
	@mkdir -p $(@D)
	flex -o $(BUILD)/parser/lexer.lex.c --header-file=$(BUILD)/parser/lexer.lex.h $<

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libweir.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libweir.a $(LIBS) -lcmocka -ljansson

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
