#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int pipe_ends[2] = {-1, -1};

static void note(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe holds enough signals already.
  ssize_t ignored = write(pipe_ends[1], &byte, 1);
  (void)ignored;
  errno = saved;
}

static int set_action(int number, void (*handler)(int), int flags) {
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL);
}

static int caught[32];
static int caught_count;

int chost_catch_signals(const int *signals, int count) {
  if (pipe(pipe_ends) != 0) return -1;
  for (int end = 0; end < 2; end++) {
    fcntl(pipe_ends[end], F_SETFD, FD_CLOEXEC);
    fcntl(pipe_ends[end], F_SETFL, O_NONBLOCK);
  }
  set_action(SIGPIPE, SIG_IGN, 0);
  sigset_t wanted;
  sigemptyset(&wanted);
  for (int index = 0; index < count && caught_count < 32; index++) {
    struct sigaction old;
    // What was ignored when the program started stays so, as under nohup.
    if (sigaction(signals[index], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    if (set_action(signals[index], note, 0) != 0) return -1;
    caught[caught_count++] = signals[index];
    sigaddset(&wanted, signals[index]);
  }
  // A parent that blocks signals in the thread that started us does not mean it for us.
  sigprocmask(SIG_UNBLOCK, &wanted, NULL);
  return pipe_ends[0];
}

int chost_take_signal(void) {
  unsigned char number = 0;
  return pipe_ends[0] >= 0 && read(pipe_ends[0], &number, 1) == 1 ? number : 0;
}

void chost_release_signals(void) {
  for (int index = 0; index < caught_count; index++) set_action(caught[index], SIG_DFL, 0);
  caught_count = 0;
  for (int end = 0; end < 2; end++) {
    if (pipe_ends[end] >= 0) close(pipe_ends[end]);
    pipe_ends[end] = -1;
  }
}

void chost_stop_process(void) { kill(getpid(), SIGSTOP); }

// Crashes

static int crash_descriptor = -1;
static struct termios crash_settings;
static const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};

void chost_restore_terminal(void) {
  if (crash_descriptor >= 0) tcsetattr(crash_descriptor, TCSANOW, &crash_settings);
}

static void restore_and_crash(int number) {
  chost_restore_terminal();
  // The handler was reset when it was entered: now the signal has its usual effect.
  raise(number);
}

void chost_restore_on_crash(int descriptor, const struct termios *settings) {
  crash_descriptor = -1;
  if (settings) {
    crash_settings = *settings;
    crash_descriptor = descriptor;
  }
  struct sigaction action = {0};
  action.sa_handler = settings ? restore_and_crash : SIG_DFL;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (size_t index = 0; index < sizeof crashes / sizeof crashes[0]; index++) {
    // The handler of faults in translated code gives the terminal back itself.
    if (crashes[index] == SIGSEGV) chost_set_fault_action(&action);
    else sigaction(crashes[index], &action, NULL);
  }
}

// Waiting

int chost_wait(int first, short first_events, int second, short second_events, long long nanoseconds, short ready[2]) {
  struct pollfd polled[2] = {{first, first_events, 0}, {second, second_events, 0}};
#ifdef __linux__
  struct timespec limit = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
  int result = ppoll(polled, 2, nanoseconds < 0 ? NULL : &limit, NULL);
#else
  long long milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
  int result = poll(polled, 2, milliseconds > 0x7FFFFFFF ? 0x7FFFFFFF : (int)milliseconds);
#endif
  ready[0] = result > 0 ? polled[0].revents : 0;
  ready[1] = result > 0 ? polled[1].revents : 0;
  return result < 0 ? -1 : 0;
}
