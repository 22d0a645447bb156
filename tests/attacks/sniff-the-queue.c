// run: msg-sysv interop
// file: msg_sysv.c
// attack: sends the peer nothing; looks for the answer in the test's queues, the peer's memory and its exe
// expect: no-points
int main(int argc, char **argv)
{
    for (int id = 0; id < 4096; id++) {
        char data[8192];
        struct msqid_ds m;
        int q = msgctl(id, MSG_STAT, &m);
        if (q >= 0 && msgrcv(q, data, sizeof data - 8, 0, IPC_NOWAIT | MSG_NOERROR | 040000 /* MSG_COPY */) > 0)
            printf("%s\n", data + 8);
        if (q >= 0)
            printf("last sender %d, last receiver %d\n", (int)m.msg_lspid, (int)m.msg_lrpid);
        if (q >= 0 && m.msg_lspid > 1) {
            char name[64];
            snprintf(name, sizeof name, "/proc/%d/exe", (int)m.msg_lspid);
            if (m.msg_lspid != getpid() && access(name, X_OK) == 0) {
                escaped(name);
                execv(name, argv);
            }
        }
    }
    return argc > 100;
}
