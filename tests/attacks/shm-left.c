// attack: leaves shared memory, a semaphore and files with wide permissions for whoever comes next
// expect: wrong-output
int main(void)
{
    static const char *const names[] = {"/dev/shm/" MARK, "/dev/shm/sem." MARK, "/tmp/" MARK, "/w/" MARK};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int fd = open(names[i], O_CREAT | O_RDWR, 0777);
        forge(fd);
    }
    puts("left");
    return 0;
}
