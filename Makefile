# ipclab: learn Linux inter-process communication by doing.
#
#   make run     install what is missing, build, open the course
#   make test    install what is missing, build, run all tests
#   make help    all targets
#
# Everything that is built goes to build/. V=1 shows the commands.

CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
PREFIX   ?= /usr/local
DESTDIR  ?=
VERSION  := 0.1.0
B        ?= build
SANITIZE ?=

Q := $(if $(V),,@)
say = @$(if $(V),true,printf '  %-6s %s\n')

# --- flags ----------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wformat=2 -Wvla -Wundef \
        -Wwrite-strings -Wpointer-arith -Wstrict-prototypes -Wold-style-definition \
        -Wmissing-prototypes -fno-common $(if $(SANITIZE),,-Werror)
ifneq (,$(findstring clang,$(CC)))
WARN += -Wcomma -Wconditional-uninitialized -Wmissing-variable-declarations
else
WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wstack-usage=16384
endif
# How the student's and the reference's programs are compiled (also known to the grader).
LAB_CFLAGS := -std=gnu17 -O2 -g -fno-optimize-sibling-calls -Wall -Wextra -pthread -Werror=implicit-function-declaration

CPPFLAGS_ALL := -D_GNU_SOURCE -Irunner -DIPCLAB_VERSION='"$(VERSION)"' \
                -DLAB_CFLAGS='"$(LAB_CFLAGS)"' -MMD -MP
CFLAGS_ALL   := -std=c17 -O2 -g $(WARN) $(SANITIZE) $(CFLAGS)
LDLIBS_ALL   := -lsqlite3 -lnettle -lmd4c -lunistring -ldw -lelf -lseccomp -larchive -ljansson -linih -lm -pthread
LDFLAGS_ALL  := $(SANITIZE) -Wl,--as-needed $(LDFLAGS)
CHECK_LIBS   := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck_pic -lrt -lm -lsubunit)

# --- what there is ----------------------------------------------------------------------------------

LIB_ROOMS  := base course sandbox observe store grade report
sources     = $(filter-out %_main.c,$(wildcard $(addprefix runner/,$(addsuffix /*.c,$(1)))))
objects     = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJ    := $(call objects,$(call sources,$(LIB_ROOMS)))
HARNESS    := $(call objects,$(call sources,harness))
APP_OBJ    := $(call objects,$(call sources,tui cli) runner/main.c)
EXERCISES  := $(patsubst labs/%/exercise.ini,%,$(wildcard labs/*/*/exercise.ini))
CHECKS     := $(foreach x,$(EXERCISES),$(if $(wildcard tests/labs/$(x)/check.c),$(B)/check/$(x)/check))
REFERENCES := $(foreach x,$(EXERCISES),$(if $(wildcard solutions/$(x)/*.c),$(B)/ref/$(x)/.built))
UNIT       := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
SHIM       := $(addprefix $(B)/,lab-shim.so lab-crash.so lab-calls.so)

.PHONY: all run test bench bench-class test-fresh install uninstall format clean help deps test-deps \
        unit verify walk lint kit-student kit-teacher deb
.DELETE_ON_ERROR:
.SECONDARY:

all: deps
	$(Q)$(MAKE) --no-print-directory compiled

.PHONY: compiled
compiled: $(B)/ipclab $(B)/lab-init $(SHIM) $(CHECKS) $(REFERENCES)

# --- packages -----------------------------------------------------------------------------------------

deps:
	$(Q)sh runner/packages.sh build
test-deps:
	$(Q)sh runner/packages.sh build test

# --- programs -----------------------------------------------------------------------------------------

$(B)/obj/%.o: %.c
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c $< -o $@

$(B)/libipclab.a: $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/libharness.a: $(HARNESS)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/ipclab: $(APP_OBJ) $(B)/libipclab.a
	$(say) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) $^ -lncursesw -ltinfo $(LDLIBS_ALL) -o $@

# The trusted PID 1 of the sandbox: small, static if possible so that it starts fast.
$(B)/lab-init: $(B)/obj/runner/sandbox/lab_init_main.o
	$(say) LD $@
	$(Q)$(CC) $(LDFLAGS) $< -static -o $@ 2>/dev/null || $(CC) $(LDFLAGS) $< -o $@

# Preloaded into student programs: disturbances on request, and a line that says where a crash was.
$(B)/lab-%.so: runner/sandbox/%_main.c
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=c17 -O2 -g $(WARN) -fPIC -shared $< -ldl -o $@

# --- exercises: Check programs (trusted, no student code) and references ------------------------------------

$(B)/check/%/check: $(B)/obj/tests/labs/%/check.o $(B)/libharness.a $(B)/libipclab.a
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) $< $(B)/libharness.a $(B)/libipclab.a $(CHECK_LIBS) $(LDLIBS_ALL) -o $@

$(B)/obj/tests/labs/%/check.o: CPPFLAGS_ALL += -I$(patsubst $(B)/obj/tests/%/check.o,%,$@)

.SECONDEXPANSION:
$(B)/ref/%/.built: $$(wildcard solutions/$$*/*.[ch] labs/$$*/*.h tests/labs/$$*/*_driver.c) labs/%/exercise.ini runner/build-reference.sh
	$(say) REF $*
	$(Q)sh runner/build-reference.sh $* $(@D) '$(CC)' '$(LAB_CFLAGS) -Werror'

# --- tests ---------------------------------------------------------------------------------------------

$(B)/tests/%: $(B)/obj/tests/%.o $(B)/libharness.a $(B)/libipclab.a
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) $< $(B)/libharness.a $(B)/libipclab.a $(CHECK_LIBS) $(LDLIBS_ALL) -o $@

# The random walk: the driver as usual, what it drives with sanitizers in $(B)/asan.
WALK := $(call objects,$(wildcard tests/tui/walk/*.c))
$(B)/tests/tui/walk: $(WALK) $(B)/libipclab.a
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) $^ $(LDLIBS_ALL) -lutil -o $@
$(WALK) $(B)/obj/tests/bench/terminal.o: CPPFLAGS_ALL += -Itests/tui/walk
$(B)/tests/bench/terminal: $(B)/obj/tests/bench/terminal.o $(B)/obj/tests/tui/walk/terminal.o
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) $^ -lutil -o $@

# A student's kit (it has a file KIT) holds no sources of tests and no solutions.
ifneq (,$(wildcard KIT))
test unit verify walk bench bench-class test-fresh lint kit-student kit-teacher deb:
	@echo '学生包里没有测试的源码和参考答案，不能 make $@。练习用 make run；看还有什么：make help。'
	@echo 'A student kit has no sources of tests and no solutions: no make $@ here. See make help.'
	@exit 2
else
unit: $(UNIT)

test: test-deps
	$(Q)$(MAKE) --no-print-directory compiled unit
	$(Q)B=$(B) sh tests/run.sh

verify: all
	$(Q)$(B)/ipclab verify

# A long one, another every time; SEED=… repeats one.
walk: compiled
	$(Q)KEYS=$${KEYS:-200000} SEED=$${SEED:-$$(date +%s)} B=$(B) sh tests/run.sh walk

bench: all
	$(Q)$(MAKE) --no-print-directory $(B)/tests/bench/look $(B)/tests/bench/terminal
	$(Q)B=$(B) sh tests/bench/run.sh

bench-class: all test-deps
	$(Q)B=$(B) sh tests/bench/class.sh

test-fresh:
	$(Q)sh tests/fresh.sh

lint: test-deps
	$(Q)sh tests/lint.sh

# Archives to hand out: $(B)/kit/ipclab-student-VERSION.tar.gz, ipclab-teacher-VERSION.tar.gz.
kit-student kit-teacher: all
	$(Q)B=$(B) sh runner/kit.sh $(@:kit-%=%) $(VERSION)

# The same as Debian packages: $(B)/deb/ipclab-student_VERSION_ARCH.deb and ipclab-teacher_….
deb: all
	$(Q)sh runner/packages.sh deb
	$(Q)B=$(B) sh runner/deb.sh student $(VERSION)
	$(Q)B=$(B) sh runner/deb.sh teacher $(VERSION)
endif

# --- for people ------------------------------------------------------------------------------------------

run: all
	$(Q)$(B)/ipclab --workspace workspace

install: all
	$(Q)PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' B=$(B) sh runner/install.sh install
uninstall:
	$(Q)PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' B=$(B) sh runner/install.sh uninstall

format:
	$(Q)find runner tests labs solutions -name '*.[ch]' -print0 | xargs -0 clang-format -i

# A student's kit cannot build its Check programs and references again.
clean:
ifneq (,$(wildcard KIT))
	$(Q)find $(B) -mindepth 1 -maxdepth 1 ! -name check ! -name ref -exec rm -rf {} +
else
	$(Q)rm -rf $(B)
endif

help:
	@echo 'make run         install what is missing, build, open the course'
	@echo 'make             build everything into $(B)/'
ifeq (,$(wildcard KIT))
	@echo 'make test        install what is missing, build, run all tests'
	@echo 'make verify      check every exercise: skeletons fail, references pass, wrong answers are caught'
	@echo 'make walk        200,000 random keys, resizes and file changes under sanitizers; SEED=, KEYS='
	@echo 'make bench       measure (grading, terminal, verify)'
	@echo 'make bench-class measure the grading of a class (SIZES="100 1000 10000", KILLS=100)'
	@echo 'make test-fresh  run both README commands in a minimal Debian made by debootstrap'
	@echo 'make lint        compilers, headers, room table, formatting, static checks'
	@echo 'make kit-student, kit-teacher  archives to hand out, in $(B)/kit/'
	@echo 'make deb         the same as Debian packages, in $(B)/deb/'
endif
	@echo 'make install     PREFIX=$(PREFIX) DESTDIR=; make uninstall takes it away again'
	@echo 'make format      clang-format over all C'
	@echo 'make clean       remove $(B)/'
	@echo 'Variables: CC=gcc|clang, V=1, B=build folder, SANITIZE=-fsanitize=address,undefined'

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
