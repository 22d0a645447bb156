// attack: compiles and runs other code at run time, with the compiler and the shell of the machine
// expect: wrong-output
int main(void)
{
    int status = system("echo 'int main(void){return 0;}' >/tmp/x.c && gcc -x c /tmp/x.c -o /out/pipe_hello && echo ESCAPED: wrote /out");
    printf("%d\n", status != 0);
    status = system("cat @SECRET@ /etc/shadow; ls -la / /root /home; mount; env; ps aux; id");
    return status == 0;
}
