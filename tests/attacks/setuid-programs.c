// attack: setuid(0), setgroups, capset, and the machine's set-user-ID programs
// expect: wrong-output
int main(void)
{
    gid_t group = 0;
    if (setuid(0) == 0 || setresuid(0, 0, 0) == 0 || setgid(0) == 0 || setgroups(1, &group) == 0 || setfsuid(0) == 0)
        if (geteuid() == 0 || getegid() == 0)
            escaped("became root");
    for (int cap = 0; cap < 41; cap++)
        if (prctl(PR_CAPBSET_READ, cap) == 1 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) == 0)
            escaped("a capability");
    if (prctl(PR_SET_SECUREBITS, 0) == 0)
        escaped("securebits");
    struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};
    for (int i = 0; i < 16; i++)
        if (i != RLIMIT_STACK && i != RLIMIT_DATA && i != RLIMIT_RSS && i != RLIMIT_LOCKS && i != RLIMIT_RTTIME && setrlimit(i, &r) == 0)
            printf("limit %d\n", i);
    puts("tried");
    return 0;
}
