// attack: #include of /etc/shadow, /etc/passwd and a secret file: their lines would stand in the error messages
// expect: not-built
#include "/etc/shadow"
#include "/etc/passwd"
#include "@SECRET@"
