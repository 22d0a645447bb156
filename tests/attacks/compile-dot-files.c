// attack: a submission full of files that tools read by themselves: a Makefile, .gdbinit, specs, @file, headers, a config
// setup: printf 'all:\n\ttouch @TREE@/owned\n' >Makefile; cp Makefile GNUmakefile; printf 'shell touch @TREE@/owned\n' >.gdbinit; printf '*cpp:\n-include @SECRET@\n' >specs
// setup: printf -- '-include @SECRET@\n' >@file; printf '#error local header\n' >stdio.h; printf '#include "@SECRET@"\n' >helper.h; mkdir -p .git/hooks labs; printf '[exercise]\nid = pipe-hello\n' >exercise.ini
// setup: printf '#!/bin/sh\ntouch @TREE@/owned\n' >gcc; chmod +x gcc; cp gcc cc1; cp gcc ld; cp gcc as; ln -s @SECRET@ link; mkfifo fifo; printf 'BasedOnStyle: x\n' >.clang-format
// expect: not-built
#include "helper.h"
