# SPDX-License-Identifier: GPL-2.0-or-later
#
# make              the program, build/relaywall
# make check        install what the tests need, then every test
# make lab          install what the lab needs, then the shield before a real open relay
# make help         all targets

VERSION  := 0.1
BUILD    ?= build$(if $(SAN),/san)$(if $(LTO),/lto)
CFLAGS   ?= -O2 -g
ifeq ($(origin CC),default)
CC       := gcc
endif

# LTO=1: optimize over all files, as packages are built and benches measure; with gcc. Tests take the objects as they are.
ifneq ($(LTO),)
AR       := gcc-ar
endif
OVER_ALL  = $(if $(LTO),-flto=auto $(CFLAGS))

comma    := ,
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wdate-time $(if $(WERROR),-Werror)
HARDEN   := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer, \
            -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE)
# The same source is the same program, wherever and whenever it is built: no object knows its folder, no archive a date.
override CFLAGS  += -std=gnu11 $(WARNINGS) $(HARDEN) -I. -MMD -MP -ffile-prefix-map=$(CURDIR)=. -DRELAYWALL_VERSION=\"$(VERSION)\" \
                    $(if $(LTO),-flto -ffat-lto-objects)
override LDFLAGS += $(if $(SAN),-fsanitize=address$(comma)undefined,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) $(if $(LTO),-fno-lto)

# One archive a layer. A layer may use what stands left of it, so the linker sees them from the right.
KEEPER   := $(addprefix proxy/keeper/,process scribe gate worker captain desk board) proxy/keeper
LAYERS   := classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream \
            proxy/driver/gate proxy/driver/tap proxy/site proxy/survey proxy/audit $(KEEPER) proxy/cli
LIBS     := -lpcap -lev -lmicrohttpd -lgnutls -lcares -lresolv -lnetfilter_queue -lnftables -lmnl -lconfuse -ljansson -lcap-ng -lseccomp -lncurses
PURE     := classifier proxy/base proxy/smtp proxy/engine
archive   = $(BUILD)/lib$(subst /,-,$(1)).a
reverse   = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
link      = $(call reverse,$(foreach l,$(1),$(call archive,$(l))))
sources   = $(filter-out proxy/cli/main.c,$(wildcard $(1)/*.c))
embedded  = $(patsubst %,$(BUILD)/%.o,$(sort $(wildcard $(1)/*.html $(1)/*.css $(1)/*.js)))
objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))

all: $(BUILD)/relaywall

# Objects follow the compiler and its flags, archives the list of their members, the program its libraries.
stamp = $(shell mkdir -p $(dir $(1)); echo '$(2)' | cmp -s - $(1) || echo '$(2)' >$(1))$(1)
FLAGS_STAMP := $(call stamp,$(BUILD)/flags,$(CC) $(CFLAGS))

define layer_rule
$(call archive,$(1)): $(call objects,$(call sources,$(1))) $(call embedded,$(1)) $(call stamp,$(call archive,$(1)).list,$(call sources,$(1)))
	@rm -f $$@
	@$$(AR) rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(BUILD)/relaywall: $(BUILD)/proxy/cli/main.o $(call link,$(LAYERS)) $(call stamp,$(BUILD)/libraries,$(LDFLAGS) $(LIBS))
	@echo "  link $@"
	@$(CC) $(LDFLAGS) $(OVER_ALL) -o $@ $(filter %.o %.a,$^) $(LIBS)

$(BUILD)/%.o: %.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@echo "  $(CC) $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

# Files that the program gives out as they are: _binary_PATH_start and _end.
define embed_rule
$(BUILD)/%.$(1).o: %.$(1)
	@mkdir -p $$(@D)
	@echo "  $$(LD) $$<"
	@$$(LD) -r -b binary -z noexecstack -o $$@ $$<
endef
$(foreach e,html css js,$(eval $(call embed_rule,$(e))))

# Unit tests: one program a layer. The link lists of the pure layers name no library but CUnit.
COMMON := $(call objects,$(wildcard tests/unit/*.c))
define unit_rule
$(BUILD)/test/unit-$(1): $(call objects,$(wildcard tests/unit/$(1)/*.c)) $(COMMON) $(call link,$(2))
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ -lcunit $(3)
endef
$(eval $(call unit_rule,classifier,classifier proxy/base))
$(eval $(call unit_rule,base,classifier proxy/base))
$(eval $(call unit_rule,smtp,classifier proxy/base proxy/smtp))
$(eval $(call unit_rule,engine,$(PURE)))
$(eval $(call unit_rule,gate,$(PURE) proxy/driver/resolver proxy/driver/gate,-lev -lcares -lresolv -lnetfilter_queue -lmnl))
$(eval $(call unit_rule,tap,$(PURE) proxy/driver/tap,-lpcap))
$(eval $(call unit_rule,site,$(filter-out $(KEEPER) proxy/cli,$(LAYERS)),$(LIBS)))
$(BUILD)/test/unit-survey: $(call objects,tests/unit/site/folder.c)
$(eval $(call unit_rule,survey,$(filter-out $(KEEPER) proxy/cli,$(LAYERS)),$(LIBS)))
$(BUILD)/test/unit-keeper: $(call objects,tests/unit/site/folder.c)
$(BUILD)/test/unit-keeper: override LDFLAGS += -Wl,--wrap=confine_enter
$(eval $(call unit_rule,keeper,$(filter-out proxy/cli,$(LAYERS)),$(LIBS)))
$(eval $(call unit_rule,audit,$(PURE) proxy/site proxy/audit,-ljansson))
$(BUILD)/test/unit-cli: $(call objects,tests/unit/site/folder.c tests/unit/tap/memory_file.c)
$(eval $(call unit_rule,cli,$(LAYERS),$(LIBS)))
$(eval $(call unit_rule,tls,classifier proxy/base proxy/driver/tls,-lgnutls))
$(BUILD)/test/unit-stream: $(call objects,tests/unit/resolver/dns.c)
$(eval $(call unit_rule,stream,$(PURE) proxy/driver/tls proxy/driver/resolver proxy/driver/stream,-lev -lgnutls -lcares -lresolv))
$(BUILD)/test/unit-resolver: override LDFLAGS += -Wl,--wrap=ares_query
$(eval $(call unit_rule,resolver,classifier proxy/base proxy/driver/resolver,-lev -lcares -lresolv))
$(BUILD)/test/unit-fuzz: $(call objects,$(wildcard tests/fuzz/*models.c))
$(eval $(call unit_rule,fuzz,classifier proxy/base))
UNITS := $(addprefix $(BUILD)/test/unit-,classifier base smtp engine tls resolver stream gate tap site survey audit keeper cli fuzz)

# The stream driver with a policy of its own, for tests/stream.
$(BUILD)/test/serve: $(call objects,tests/stream/serve.c) $(call link,$(PURE) proxy/driver/tls proxy/driver/resolver proxy/driver/stream)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lev -lgnutls -lcares -lresolv

# What the resolver says of a domain, for tests/resolver.
$(BUILD)/test/resolve: $(call objects,tests/resolver/resolve.c) $(call link,classifier proxy/base proxy/driver/resolver)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lev -lcares -lresolv

# What block lists say of clients, for tests/resolver.
$(BUILD)/test/ask-lists: $(call objects,tests/resolver/ask_lists.c) $(call link,classifier proxy/base proxy/driver/resolver)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lev -lcares -lresolv

# A queue and fixed verdicts, for tests/gate.
$(BUILD)/test/queue-probe: $(call objects,tests/gate/queue_probe.c) $(call link,classifier proxy/base proxy/driver/gate)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lnetfilter_queue -lmnl

# Says to the kernel that connections are served, for tests/keeper.
$(BUILD)/test/deadman-probe: $(call objects,tests/keeper/deadman_probe.c) $(call link,proxy/site)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^

# A child of the keeper in its sandbox, for tests/keeper.
CONFINED := confined child attempts_files attempts_sockets attempts_processes duties duties_drivers duties_drill fault condition entry report
$(BUILD)/test/confined: $(call objects,$(CONFINED:%=tests/keeper/%.c)) $(call link,$(filter-out proxy/cli,$(LAYERS)))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# A scribe and what writes to its rings, for tests/keeper.
$(BUILD)/test/scribe-run: $(call objects,tests/keeper/scribe_run.c) $(call link,$(filter-out proxy/cli,$(LAYERS)))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# Machines with NICs in namespaces, for tests/firmware.
$(BUILD)/test/tapexec: tests/firmware/tapexec.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@$(CC) $(filter-out -MMD -MP,$(CFLAGS)) $(LDFLAGS) -o $@ $<

# The program by other versions' names, for tests/keeper.
OTHERS := next alien blind
$(BUILD)/test/relaywall-blind: override LDFLAGS += -Wl,--wrap=handover_load
$(OTHERS:%=$(BUILD)/test/relaywall-%): $(BUILD)/test/relaywall-%: $(BUILD)/proxy/cli/main.o $(BUILD)/tests/keeper/version_%.o \
    $(call link,$(LAYERS))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# A clock that jumps, for tests/faults.
$(BUILD)/test/clock.so: tests/faults/clock.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@$(CC) $(filter-out -fPIE -MMD -MP -fsanitize%,$(CFLAGS)) -fPIC -shared -o $@ $<

# Fuzzers: with libFuzzer by `make fuzz`, as plain replays of their seeds in the tests.
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(addprefix $(BUILD)/test/replay-,$(FUZZERS))
FUZZ_SHARED := $(filter-out $(wildcard tests/fuzz/fuzz_*.c) tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
$(BUILD)/test/replay-%: $(BUILD)/tests/fuzz/fuzz_%.o $(call objects,tests/fuzz/replay.c tests/unit/corpus.c $(FUZZ_SHARED)) \
    $(call link,$(PURE) proxy/driver/gate proxy/driver/tap proxy/keeper/desk)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lpcap
.SECONDARY:

# Dialogues of both sides, tests/scenarios: played into the engine alone, and through sockets and the program.
IN_ENGINE := $(addprefix tests/scenario/,main.c corpus_engine.c engine_stage.c)
SCENARIO  := $(filter-out $(IN_ENGINE),$(wildcard tests/scenario/*.c)) tests/unit/corpus.c
$(BUILD)/test/scenarios: $(call objects,$(IN_ENGINE) $(SCENARIO)) $(call link,$(PURE))
$(BUILD)/test/scenarios-sockets: $(call objects,$(wildcard tests/scenario/sockets/*.c) $(SCENARIO)) $(call link,$(PURE))
$(BUILD)/test/scenarios $(BUILD)/test/scenarios-sockets:
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^

tests: $(UNITS) $(REPLAYS) $(addprefix $(BUILD)/test/,scenarios scenarios-sockets serve resolve ask-lists queue-probe deadman-probe confined scribe-run) \
    $(OTHERS:%=$(BUILD)/test/relaywall-%)

check-units: tests
	@for t in $(UNITS); do echo "== $$t"; $$t || exit 1; done
	@for f in $(FUZZERS); do echo "== replay $$f"; $(BUILD)/test/replay-$$f tests/fuzz/seeds/$$f || exit 1; done
	@echo "== $(BUILD)/test/scenarios"; $(BUILD)/test/scenarios

# DESTDIR: the root of a tree that is packed and not run. A configuration that is there stays.
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
UNITFILES  := $(wildcard configs/systemd/*.service)
EXAMPLES   := $(sort $(filter-out configs/relaywall.conf configs/sysctl.conf,$(wildcard configs/*.conf configs/example.*)))
share       = $(DESTDIR)$(PREFIX)/share
install: all
	install -D -m 755 $(BUILD)/relaywall $(DESTDIR)$(PREFIX)/sbin/relaywall
	install -D -m 644 -t $(share)/man/man5 docs/man/*.5
	install -D -m 644 -t $(share)/man/man8 docs/man/*.8
	install -D -m 644 -t $(share)/doc/relaywall/examples $(EXAMPLES)
	install -D -m 644 configs/sysctl.conf $(share)/relaywall/60-relaywall.conf
	install -D -m 644 configs/completion/relaywall.bash $(share)/bash-completion/completions/relaywall
	install -D -m 644 configs/systemd/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/relaywall.conf
	install -D -m 644 configs/systemd/tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/relaywall.conf
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(UNITFILES)
	sed -i 's|/usr/sbin/relaywall|$(PREFIX)/sbin/relaywall|' $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(UNITFILES)))
	install -D -m 644 configs/logrotate $(DESTDIR)$(SYSCONFDIR)/logrotate.d/relaywall
	[ -e $(DESTDIR)$(SYSCONFDIR)/relaywall/relaywall.conf ] || \
	    install -D -m 644 configs/relaywall.conf $(DESTDIR)$(SYSCONFDIR)/relaywall/relaywall.conf

check-package:
	tests/deps.sh build package
	tests/package/run.sh

# What `relaywall help keys` says, into the manual page.
man: all
	docs/man/keys.sh $(BUILD)/relaywall docs/man/relaywall.conf.5

check-scenarios: $(BUILD)/test/scenarios
	@$<

check:
	tests/deps.sh build check
	tests/check.sh

check-page: all
	tests/deps.sh build check page
	tests/keeper/page.sh build/relaywall

lint:
	tests/lint.sh

FUZZ_SECONDS ?= 60
fuzz:
	tests/deps.sh build fuzz
	tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)

fuzz-faults:
	tests/deps.sh build fuzz
	tests/fuzz/faults.sh $(FUZZ_SECONDS)

faults:
	tests/deps.sh build faults
	$(MAKE) all $(BUILD)/test/clock.so
	tests/faults/run.sh $(BUILD)/relaywall $(BUILD)/test/clock.so

# The pure layers alone, and the two ends of the lab of the bench.
BENCHES := $(patsubst tests/bench/bench_%.c,bench-%,$(wildcard tests/bench/bench_*.c))
$(patsubst %,$(BUILD)/test/%,$(filter-out bench-policy,$(BENCHES))): $(BUILD)/test/bench-%: $(BUILD)/tests/bench/bench_%.o \
		$(call objects,tests/unit/corpus.c) $(call link,$(PURE))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) $(OVER_ALL) -o $@ $^

$(BUILD)/test/bench-policy: $(BUILD)/tests/bench/bench_policy.o $(call link,$(filter-out $(KEEPER) proxy/cli,$(LAYERS)))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

define bench_end_rule
$(BUILD)/test/bench-$(1): $(call objects,$(wildcard tests/bench/$(1)/*.c)) $(call link,classifier proxy/base)
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$^
endef
$(foreach e,load sink,$(eval $(call bench_end_rule,$(e))))

$(BENCHES): %: $(BUILD)/test/%
	$<

bench:
	tests/deps.sh build bench
	$(MAKE) LTO=1 all $(addprefix build/lto/test/,bench-load bench-sink $(BENCHES))
	@for b in $(BENCHES); do echo "== $$b"; build/lto/test/$$b || exit 1; echo; done
	tests/bench/run.sh build/lto/relaywall

check-captures:
	tests/deps.sh build check
	$(MAKE) all
	tests/tap/fetch.sh --all $(BUILD)/captures
	tests/tap/readers.sh $(BUILD)/relaywall $(BUILD)/captures

bench-tap:
	tests/deps.sh build bench-tap
	$(MAKE) LTO=1 all
	tests/bench/tap.sh build/lto/relaywall

lab lab-up:
	tests/deps.sh build
	$(MAKE) all
	tests/lab/lab.sh $(if $(filter lab,$@),run,up)

lab-down:
	tests/lab/lab.sh down

# The image of a box: BOARD=pc|virt, FW_VERSION, FW_KEYS, ...: firmware/Makefile. Outputs in build/firmware/BOARD.
FW_PATHS = $(foreach v,FW_KEYS FW_DEBS FW_LOCK,$(if $($(v)),$(v)='$(abspath $($(v)))'))
firmware:
	tests/deps.sh build firmware
	$(MAKE) all
	$(MAKE) -C firmware $(FW_PATHS)

firmware-lock firmware-twice:
	$(MAKE) -C firmware $(FW_PATHS) $(@:firmware-%=%)

SOAK ?= 3600
soak:
	tests/deps.sh build soak
	$(MAKE) all
	tests/soak/run.sh $(BUILD)/relaywall $(SOAK)

# The image in an emulator: what users of the network see; the rest, updates among it. Images that were built are taken as they are.
firmware-check:      BOARDS := virt
firmware-check-full: BOARDS := virt pc virt-pair
firmware-check firmware-check-full:
	tests/deps.sh build emulator
	for b in $(BOARDS); do [ -e build/firmware/$$b/disk.img ] || $(MAKE) firmware BOARD=$$b || exit 1; done
	$(MAKE) all $(BUILD)/test/tapexec
	$(MAKE) -j2 firmware-scripts firmware-$(if $(filter %-full,$@),full,quick)
# Mostly waiting, so beside the machines.
firmware-scripts:
	tests/firmware/overlay.sh $(BUILD)/relaywall
firmware-quick firmware-full:
	tests/firmware/run.sh $(@:firmware-%=%)

clean:
	rm -rf build

help:
	@echo 'make                   the program, build/relaywall'
	@echo 'make check             install what the tests need, then every test (root: it makes network namespaces)'
	@echo 'make lab               attack a real open relay, without the shield and with it (root); SERVER=postfix or another'
	@echo 'make lab-up, lab-down  leave the lab standing to play in; remove it (root)'
	@echo 'make check-units       unit tests alone; SAN=1 with ASan and UBSan, CC=clang BUILD=build/clang with clang'
	@echo 'make check-scenarios   dialogues and the corpus of dialogues, played into the engine'
	@echo 'make fuzz              every fuzzer for FUZZ_SECONDS (60)'
	@echo 'make fuzz-faults       does the fuzzer of sessions find faults that are planted?'
	@echo 'make faults            one fault after the other under mail: what is lost, what is relayed, how long until all is well (root)'
	@echo 'make bench             all of the next three; then beside HAProxy and nginx, ROUNDS (5) times: processor, latency, memory, system calls (root)'
	@echo 'make bench-classifier  time of a verdict, by family of address'
	@echo 'make bench-engine      time of a command, both sides of it, without sockets'
	@echo 'make bench-framing     octets of message text a second'
	@echo 'make bench-policy      large policies: loading, memory, time of a verdict'
	@echo 'make check-captures    captures that others made, out of Debian source packages, heard by the tap and seen by tshark'
	@echo 'make bench-tap         a large capture, read by relaywall tap, tshark and tcpflow: Gbit/s, memory; under five minutes'
	@echo 'make soak              mixed load for SOAK (3600) seconds: memory, descriptors, counters (root)'
	@echo 'make check-page        the page of the board in a browser (root; installs Chromium); its pictures in build/page'
	@echo 'make check-package     build the Debian package, and look at it, in a copy of the tree (root)'
	@echo 'make firmware          the image of a box, BOARD=pc, virt, pc-pair or virt-pair, FW_VERSION, FW_KEYS, FW_DATA: firmware/README.md (root)'
	@echo 'make firmware-check    the image that was built, in an emulator: does it shield? firmware-check-full: all else, updates among it (root)'
	@echo 'make firmware-lock     the versions that Debian has now, into firmware/packages.lock'
	@echo 'make firmware-twice    build it again, elsewhere and from nothing: is every bit the same?'
	@echo 'make install           into DESTDIR (none), PREFIX (/usr/local)'
	@echo 'make man               keys of the configuration, after one was changed, into the manual page'
	@echo 'make lint              clang-tidy and cppcheck'

-include $(shell find $(BUILD) -path $(BUILD)/firmware -prune -o -name '*.d' -print 2>/dev/null)
.PHONY: all tests check check-units check-scenarios lint fuzz fuzz-faults faults bench bench-tap check-captures $(BENCHES) lab lab-up lab-down clean help \
        install man check-package check-page soak firmware firmware-lock firmware-twice firmware-check firmware-check-full \
        firmware-scripts firmware-quick firmware-full
