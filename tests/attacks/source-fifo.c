// attack: the source file is a FIFO without a writer
// setup: rm pipe_hello.c; mkfifo pipe_hello.c
// expect: not-built
int main(void) { return 0; }
