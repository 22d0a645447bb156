// attack: the same kind of folder name, with a program that fails and shows its own name and output in markup
// folder: -rf --help <script>alert(1)&quot;@ESC@
// text
// expect: wrong-output
int main(void)
{
    printf("<script>alert(1)</script>\n=HYPERLINK(\"http://x\")\n'; DROP TABLE students;--\n$(reboot)\n\33]0;owned\7\33[2J\xc2\x9b\x9b%%n%%s]]>&amp;\xff\xfe");
    fprintf(stderr, "<img src=x onerror=alert(1)>\33]0;owned\7\33[8m\r\n");
    return 0;
}
