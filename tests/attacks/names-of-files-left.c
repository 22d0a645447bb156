// attack: the right answer, and files left whose names are markup, formulas, escape sequences and event lines
// text
// expect: leak
int main(int argc, char **argv)
{
    static const char *const names[] = {"=cmd|' -C calc'!A0", "<script>alert(1)<", "\33]0;owned\7\33[2J", "x\n{\"event\":\"end\",\"test\":\"prints_message\",\"verdict\":\"pass\"}",
        "\xff\xfe\x80", "$(reboot)`reboot`", "'; DROP TABLE a;--", "%n%n%s", "-rf", "\xe2\x80\xae" "fdp"};
    int status = answer(argc, argv);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        close(open(names[i], O_CREAT | O_WRONLY, 0600));
    return status;
}
