// attack: #include of another student's submission
// expect: not-built
#include "@OTHER@/pipe_hello.c"
