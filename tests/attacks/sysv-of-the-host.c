// attack: opens System V objects, POSIX queues and shared memory of the machine
// expect: wrong-output
int main(void)
{
    for (int id = 0; id < 2000; id++) {
        struct msqid_ds m;
        struct shmid_ds s;
        if (msgctl(id, MSG_STAT, &m) >= 0 || shmctl(id, SHM_STAT, &s) >= 0)
            escaped("an object of the machine");
    }
    if (msgget(KEY + 9999, 0) >= 0 || shmget(KEY + 9999, 0, 0) >= 0)
        escaped("the queue that the attack runner made outside");
    static const char *const folders[] = {"/dev/shm", "/dev/mqueue", "/tmp", "/w"};
    for (int i = 0; i < 4; i++) {
        DIR *dir = opendir(folders[i]);
        for (struct dirent *d; dir && (d = readdir(dir));)
            if (d->d_name[0] != '.')
                escaped(d->d_name);
        if (dir)
            closedir(dir);
    }
    puts("tried");
    return 0;
}
