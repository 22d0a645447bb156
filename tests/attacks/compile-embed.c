// attack: #embed of a secret
// expect: not-built
static const char stolen[] = {
#embed "@SECRET@"
};
int main(void)
{
    fwrite(stolen, 1, sizeof stolen, stdout);
    return 0;
}
