// attack: #line names other files, so that the grader would quote their lines beside the message
// expect: not-built
#line 1 "/etc/shadow"
int a = "1";
#line 1 "@SECRET@"
int b = "2";
#line 1 "../../..@SECRET@"
int c = "3";
#line 1 "../lock"
int d = "4";
#line 1 "secret.txt"
int e = "5";
#line 1 "lab-crash.so"
int f = "6";
#line 2147483647 "pipe_hello.c"
int g = "7";
