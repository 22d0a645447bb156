// attack: #include of the reference solution
// expect: not-built
#include "@TREE@/solutions/1-pipe/1-hello/pipe_hello.c"
