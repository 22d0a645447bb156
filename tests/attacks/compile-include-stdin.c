// attack: #include of the compiler's standard input and of every descriptor it has
// expect: not-built
#include "/dev/stdin"
#include "/proc/self/fd/0"
#include "/proc/self/fd/3"
#include "/proc/self/fd/4"
#include "/proc/self/fd/5"
