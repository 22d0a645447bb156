// attack: ptrace, process_vm_readv, process_vm_writev and process_madvise on every process
// expect: wrong-output
int main(void)
{
    char data[64];
    for (int pid = 1; pid < 400; pid++) {
        struct iovec mine = {data, sizeof data}, other = {(void *)0x400000, sizeof data};
        if (pid == getpid())
            continue;
        if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0 || ptrace(PTRACE_ATTACH, pid, 0, 0) == 0)
            escaped("ptrace");
        if (process_vm_readv(pid, &mine, 1, &other, 1, 0) > 0)
            escaped("process_vm_readv");
        if (process_vm_writev(pid, &mine, 1, &other, 1, 0) > 0)
            escaped("process_vm_writev");
    }
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
        escaped("PTRACE_TRACEME");
    puts("tried");
    return 0;
}
