// attack: uses up process numbers, hoping that the grader mistakes a new process for an old one
// expect: wrong-output
int main(void)
{
    for (int i = 0; i < 3000; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid > 0)
            waitpid(pid, NULL, 0);
    }
    puts("many");
    return 0;
}
