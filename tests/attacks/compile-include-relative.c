// attack: #include of the solution and the tests by relative paths, from the source and from the include folder
// expect: not-built
#if __has_include("../../solutions/1-pipe/1-hello/pipe_hello.c")
#include "../../solutions/1-pipe/1-hello/pipe_hello.c"
#endif
#if __has_include("../tree/solutions/1-pipe/1-hello/pipe_hello.c")
#include "../tree/solutions/1-pipe/1-hello/pipe_hello.c"
#endif
#include "../..@TREE@/tests/labs/1-pipe/1-hello/check.c"
