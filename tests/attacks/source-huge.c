// attack: a source of 200 MiB, sparse
// setup: truncate -s 200M pipe_hello.c
// expect: not-built
int main(void) { return 0; }
