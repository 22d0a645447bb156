// attack: a file of one tebibyte
// expect: limit | crash | no-points
int main(void)
{
    int fd = open("big", O_CREAT | O_RDWR, 0600);
    if (ftruncate(fd, 1ll << 40) == 0)
        escaped("a file of 1 TiB");
    if (pwrite(fd, "x", 1, 1ll << 39) == 1)
        escaped("a byte at 512 GiB");
    return 0;
}
