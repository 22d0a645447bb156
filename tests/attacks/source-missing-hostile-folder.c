// attack: no source, in a folder whose name is HTML, a CSV formula, shell, SQL and an escape sequence
// folder: =cmd|' -C calc'!A0<img src=x onerror=alert(1)>$(touch ${work}owned)`touch ${work}owned`';DROP TABLE a;--%n%s@ESC@
// setup: rm pipe_hello.c
// text
// expect: not-built
int main(void) { return 0; }
