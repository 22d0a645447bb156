// attack: a source with NUL bytes that hides what follows
// setup: printf '\0\0int main(void){return 0;}\n' >>pipe_hello.c
// expect: not-built
int main(void) { return 0; }
