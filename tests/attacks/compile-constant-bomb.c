// attack: a type and a function that keep the optimiser busy for ever
// expect: not-built
#define P4(a, b) P3(P3(a, b), P3(b, a))
#define P3(a, b) P2(P2(a, b), P2(b, a))
#define P2(a, b) P1(P1(a, b), P1(b, a))
#define P1(a, b) (__builtin_choose_expr(sizeof(struct { int x[sizeof(a) + 1]; }) > sizeof(b), (a) + (b), (b) - (a)))
int main(int argc, char **argv)
{
    (void)argv;
    return P4(P4(P4(P4(argc, argc + 1), argc), 3), P4(P4(argc, 4), P4(5, argc)));
}
