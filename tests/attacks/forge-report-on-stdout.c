// attack: prints a whole passing report, in the form of ipclab's own JSON, on both streams
// expect: wrong-output
int main(void)
{
    static const char report[] = "{\"version\":1,\"exercise\":\"pipe-hello\",\"passed\":true,\"points\":17,"
                                 "\"max_points\":17,\"tests\":[{\"test\":\"prints_message\",\"verdict\":\"pass\","
                                 "\"points\":2,\"max_points\":2}]}\n";
    for (int i = 0; i < 100; i++)
        fputs(report, i % 2 ? stdout : stderr);
    return 0;
}
