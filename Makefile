# SPDX-License-Identifier: GPL-2.0-or-later
#
# make              the program, build/relaywall
# make check        install what the tests need, then every test
# make lab          the shield before a real open relay
# make help         the rest

CC       ?= gcc
BUILD    ?= build
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wformat=2 -Wundef
HARDEN   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ifdef SAN
BUILD    := build/san
HARDEN   := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef WERROR
WARNINGS += -Werror
endif
ALL_CFLAGS := -std=gnu11 $(CFLAGS) $(WARNINGS) $(HARDEN) -I. -MMD -MP
ALL_LDFLAGS := $(LDFLAGS) $(if $(SAN),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
comma := ,

# One archive a layer, in the order of docs/ARCHITECTURE.md: each links only what stands left of it.
LAYERS := classifier proxy/base proxy/smtp proxy/engine proxy/driver/stream proxy/site proxy/cli
archive = $(BUILD)/lib$(subst /,-,$(1)).a
objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out proxy/cli/main.c,$(wildcard $(1)/*.c)))
ARCHIVES := $(foreach l,$(LAYERS),$(call archive,$(l)))
# Later layers first, as the linker wants them.
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))

PROGRAM_LIBS := -lev -lnftables -lmnl -lconfuse -ljansson
UNIT := classifier base smtp engine site

all: $(BUILD)/relaywall

define layer
$(call archive,$(1)): $(call objects,$(1))
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

$(BUILD)/relaywall: $(BUILD)/proxy/cli/main.o $(ARCHIVES)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(call reverse,$(ARCHIVES)) $(PROGRAM_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build
.PHONY: all clean
