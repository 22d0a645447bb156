// run: fifo-rpc your_client
// file: fifo_rpcc.c
// attack: a client that floods the server's FIFO, removes it, and fills the folder with objects of hostile names
// expect: no-points
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDWR | O_NONBLOCK);
        for (int k = 0; fd >= 0 && k < 1000; k++)
            forge(fd);
        unlink(argv[i]);
        symlink("/etc/shadow", argv[i]);
    }
    mkfifo("=cmd|' -C calc'!A0", 0600);
    mkfifo("\33]0;owned\7<script>", 0600);
    mkdir("$(reboot)", 0700);
    symlink("/", "'; DROP TABLE a;--\n{\"event\":\"end\"}");
    return 0;
}
