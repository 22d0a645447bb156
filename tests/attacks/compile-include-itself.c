// attack: a file that includes itself many times over
// expect: not-built
#include __FILE__
#include __FILE__
