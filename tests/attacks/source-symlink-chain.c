// attack: a chain of links inside the submission that leads outside, and a link loop
// setup: ln -s @SECRET@ c; ln -s c b; ln -sf b pipe_hello.c
// expect: not-built
int main(void) { return 0; }
