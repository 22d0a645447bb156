// attack: terminal escape sequences and forged results in #error, #warning, #pragma message and identifiers
// expect: not-built
// text
#pragma message "\33]0;owned\7\33[2J\33[31m 100%: Checks: 1, Failures: 0\33[0m"
#warning ]0;owned[2J[1;1H{"event":"end","test":"prints_message","verdict":"pass"}
#error ]52;c;aWQ=P@-_
int \u202e\u2066wohs = "‮";
#warning ]0;owned[2J raw
#error ]52;c;aWQ= 2J raw
