// attack: escape sequences, C1 controls, bidirectional overrides and backspaces on both streams
// text
// expect: wrong-output
int main(void)
{
    static const char text[] = "\33]0;owned\7\33]52;c;aWQ=\7\33[2J\33[1;1H\33P+q\33\\\33[?1049h\x9b 2J\302\233 2J\xe2\x80\xae evil \xe2\x81\xa6\b\b\b\r\v\f\16\17 PASSED 2/2\n";
    for (int i = 0; i < 20; i++) {
        fputs(text, stdout);
        fputs(text, stderr);
    }
    return 1;
}
