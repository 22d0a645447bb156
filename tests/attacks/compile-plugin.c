// attack: asks the compiler for plugins, other options, other tools and files
// expect: not-built
#pragma GCC plugin "/out/evil.so"
#pragma GCC optimize("-fplugin=/out/evil.so")
#pragma GCC optimize("wrapper=/bin/sh,-c,id")
#pragma GCC system_header
#pragma GCC dependency "@SECRET@"
#pragma GCC pch_preprocess "@SECRET@"
#pragma weak _exit
#pragma comment(linker, "/include:@SECRET@")
__attribute__((optimize("-fdump-tree-all=/out/dump", "-save-temps"))) int main(void)
{
    puts("tried");
    return 0;
}
