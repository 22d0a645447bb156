// run: pipe-hello long_message
// expect: long_message both-pipes-full
// 两根管道，一来一去：父子都先把整页写完再读，谁也不读，两根都满了。
#include <sys/wait.h>
#include <unistd.h>

static char page[1 << 20];

static void write_then_read(int out, int in)
{
    if (write(out, page, sizeof page) < 0)
        _exit(1);
    while (read(in, page, sizeof page) > 0)
        ;
}

int main(void)
{
    int down[2], up[2];
    if (pipe(down) < 0 || pipe(up) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        close(down[1]);
        close(up[0]);
        write_then_read(up[1], down[0]);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    write_then_read(down[1], up[0]);
    return waitpid(pid, NULL, 0) < 0;
}
