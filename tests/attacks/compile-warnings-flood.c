// attack: millions of warnings, each with a long name, to drown the grader in compiler messages
// expect: not-built
#define X(n) int unused_##n##_with_quite_a_long_name_so_that_the_message_is_long = "not a number";
#define X1(n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7) X(n##8) X(n##9)
#define X2(n) X1(n##0) X1(n##1) X1(n##2) X1(n##3) X1(n##4) X1(n##5) X1(n##6) X1(n##7) X1(n##8) X1(n##9)
#define X3(n) X2(n##0) X2(n##1) X2(n##2) X2(n##3) X2(n##4) X2(n##5) X2(n##6) X2(n##7) X2(n##8) X2(n##9)
#define X4(n) X3(n##0) X3(n##1) X3(n##2) X3(n##3) X3(n##4) X3(n##5) X3(n##6) X3(n##7) X3(n##8) X3(n##9)
X4(1) X4(2) X4(3) X4(4) X4(5)
