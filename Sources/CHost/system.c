#define _GNU_SOURCE
#include "CHost.h"

#ifdef __linux__
#include <unistd.h>

long chost_system_call(long number, long first, long second, long third, long fourth, long fifth) {
  return syscall(number, first, second, third, fourth, fifth);
}
#endif
