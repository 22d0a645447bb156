// attack: an empty source
// setup: : >pipe_hello.c
// expect: not-built
