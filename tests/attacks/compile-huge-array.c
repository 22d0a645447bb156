// attack: an initialised array of many gibibytes
// expect: not-built
char big[1ull << 40] = {1};
int big2[1 << 30] = {2};
int main(void)
{
    return big[0] + big2[0];
}
