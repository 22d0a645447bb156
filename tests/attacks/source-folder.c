// attack: the source file is a folder
// setup: rm pipe_hello.c; mkdir pipe_hello.c
// expect: not-built
int main(void) { return 0; }
