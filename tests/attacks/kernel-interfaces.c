// attack: io_uring, bpf, key rings, userfaultfd, perf events, modules, kexec, reboot, quota, file handles, swap, accounting
// expect: wrong-output
#define TRY(...)                                                                                   \
    do {                                                                                           \
        if (syscall(__VA_ARGS__) >= 0)                                                             \
            escaped(#__VA_ARGS__);                                                                 \
    } while (0)
int main(void)
{
    static char zero[256];
    TRY(SYS_io_uring_setup, 8, zero);
    TRY(SYS_bpf, 0, zero, 64);
    TRY(SYS_keyctl, 0, -3, 1);
    TRY(SYS_add_key, "user", "x", "y", 1, -3);
    TRY(SYS_request_key, "user", "x", NULL, -3);
    TRY(SYS_userfaultfd, 1);
    TRY(SYS_perf_event_open, zero, 0, -1, -1, 0);
    TRY(SYS_init_module, zero, 64, "");
    TRY(SYS_finit_module, 0, "", 0);
    TRY(SYS_delete_module, "x", 0);
    TRY(SYS_kexec_load, 0, 0, NULL, 0);
    TRY(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, NULL);
    TRY(SYS_quotactl, 0, "x", 0, NULL);
    TRY(SYS_open_by_handle_at, AT_FDCWD, zero, 0);
    TRY(SYS_name_to_handle_at, AT_FDCWD, "/", zero, zero + 128, 0);
    TRY(SYS_swapon, "/tmp/x", 0);
    TRY(SYS_acct, "/tmp/x");
    TRY(SYS_syslog, 3, zero, sizeof zero);
    TRY(SYS_fanotify_init, 0, 0);
    TRY(SYS_kcmp, 1, getpid(), 0, 0, 0);
    TRY(SYS_settimeofday, zero, NULL);
    TRY(SYS_sethostname, "x", 1);
    TRY(SYS_iopl, 3);
    TRY(SYS_ioperm, 0, 1, 1);
    puts("tried");
    return 0;
}
