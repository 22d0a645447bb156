// attack: threads without end
// expect: no-points
static void *idle(void *arg)
{
    pause();
    return arg;
}
int main(void)
{
    pthread_attr_t small;
    int n = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (pthread_t t; n < 5000 && pthread_create(&t, &small, idle, NULL) == 0; n++)
        ;
    printf("%d threads\n", n);
    if (n > 300)
        escaped("more than 300 threads");
    return 0;
}
