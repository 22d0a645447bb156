// attack: macros that grow to 10^12 tokens
// expect: not-built
#define A(x) x x x x x x x x x x
#define B(x) A(A(x))
#define C(x) B(B(x))
#define D(x) C(C(x))
#define E(x) C(D(x))
int main(void)
{
    E(puts("x");)
    return 0;
}
