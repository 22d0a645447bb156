// attack: the source file is a symbolic link to the reference solution
// setup: ln -sf @TREE@/solutions/1-pipe/1-hello/pipe_hello.c pipe_hello.c
// expect: not-built
int main(void) { return 0; }
