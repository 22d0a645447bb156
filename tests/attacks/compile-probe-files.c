// attack: asks with __has_include, __FILE__ and __BASE_FILE__ what lies where on the host
// expect: wrong-output
int main(void)
{
#if __has_include("@SECRET@")
    escaped("__has_include of a secret");
#endif
#if __has_include("@TREE@/solutions/1-pipe/1-hello/pipe_hello.c") || __has_include("/etc/shadow") || __has_include("/etc/passwd")
    escaped("__has_include of the host");
#endif
    puts(__FILE__ " " __BASE_FILE__);
    return 0;
}
