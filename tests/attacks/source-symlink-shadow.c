// attack: the source file is a symbolic link to /etc/shadow
// setup: ln -sf /etc/shadow pipe_hello.c
// expect: not-built
int main(void) { return 0; }
