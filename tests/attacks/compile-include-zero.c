// attack: #include of a device that never ends
// expect: not-built
#include "/dev/zero"
