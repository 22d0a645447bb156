// attack: #include of random bytes without end
// expect: not-built
#include "/dev/urandom"
