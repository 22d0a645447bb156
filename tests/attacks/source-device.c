// attack: the source file leads to a device that never ends
// setup: ln -sf /dev/zero pipe_hello.c
// expect: not-built
int main(void) { return 0; }
