// attack: defines functions of the C library and of a test framework by itself
// expect: wrong-output
void _ck_assert_failed(const char *f, int l, const char *e, ...);
void _ck_assert_failed(const char *f, int l, const char *e, ...)
{
    (void)f, (void)l, (void)e;
}
int srunner_ntests_failed(void *r);
int srunner_ntests_failed(void *r)
{
    (void)r;
    return 0;
}
int lab_test_end(void);
int lab_test_end(void)
{
    return 0;
}
int main(void)
{
    puts("100%: Checks: 1, Failures: 0, Errors: 0");
    return 0;
}
