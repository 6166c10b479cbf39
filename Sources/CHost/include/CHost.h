#ifndef CHOST_H
#define CHOST_H

#include <stddef.h>
#include <termios.h>

// Signals. A handler may do next to nothing, and Swift code may not run in one; this one notes the signal's number in a
// pipe, to be read where it is safe to act on it.

/// Catches `count` signals; SIGPIPE is ignored. Returns the descriptor that becomes readable when one has arrived, or -1
/// with errno set. To be called once.
int chost_catch_signals(const int *signals, int count);

/// The number of the signal that arrived first, which is forgotten then; 0 if there is none.
int chost_take_signal(void);

/// Gives all signals their default actions back.
void chost_release_signals(void);

/// Stops this process as SIGTSTP would, and comes back when it is continued.
void chost_stop_process(void);

// The terminal.

/// Has `settings` given back to the terminal `descriptor` should the process crash; null for nothing to give back.
void chost_restore_on_crash(int descriptor, const struct termios *settings);

/// Waits until one of two descriptors is ready, as poll does; a negative descriptor is left out.
///
/// `nanoseconds` is the longest wait, negative for ever. `ready` gets the events of each. Returns 0, or -1 with errno set.
int chost_wait(int first, short first_events, int second, short second_events, long long nanoseconds, short ready[2]);

/// Unmaps the pages of this process's read-only program text and libraries that are mapped in; each comes back from the
/// page cache when it is next used. Does nothing where the host has no such thing.
void chost_release_text(void);

// Sockets.

/// The user at the other end of a connected unix socket, in `user`. Returns 0, or -1 with errno set.
int chost_peer_user(int descriptor, unsigned *user);

// Processes in the background.

/// Starts a program in a session of its own, with all signals as they are by default. Its standard input is empty, its
/// standard output and error are `output`, its descriptor 3 is `report`, and it has no others. Returns its number, or -1
/// with errno set.
int chost_spawn_background(const char *program, char *const arguments[], int output, int report);

// Threads.

/// Gives the calling thread a name of at most 15 bytes, where the host has names for threads.
void chost_name_thread(const char *name);

/// Has the calling thread's timers fire when they are due, not when it suits the host to wake several at once.
void chost_sharpen_timers(void);

/// How many cores the calling thread may use, or -1 where the host does not tell.
int chost_core_count(void);

/// Has the calling thread run only on the core with this number, from 0, among those that it may use now. Does nothing
/// when there is none, or where the host has no such thing.
void chost_bind_thread(int number);

// Faults in translated code.

/// An instruction that may access what cannot be accessed, and where to go on then: offsets in the code.
struct chost_site {
  unsigned place;
  unsigned target;
};

struct chost_code;

/// Has faults in code caught: an instruction that causes one is overwritten with a jump to its target, for which it must
/// have five bytes. `executable` and `writable` are views of the same memory. At `counter` bytes from where rbp points in
/// that code there are 32 bits, to which each fault adds 1. Null where all that is not possible, and with no memory left.
struct chost_code *chost_add_code(const void *executable, void *writable, size_t size, ptrdiff_t counter);

/// Tells where the instructions are, in tables 0 and 1, each in ascending order. The code must not be running; the sites
/// have to stay.
void chost_set_sites(struct chost_code *code, int table, const struct chost_site *sites, size_t count);

/// Ends that. The code must not be running.
void chost_remove_code(struct chost_code *code);

// The processor.

/// A counter that goes on at an even rate, and costs no more than a few nanoseconds to read; 0 where there is none.
static inline unsigned long long chost_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  unsigned long long ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return 0;
#endif
}

#define CHOST_BMI1 0x1
#define CHOST_BMI2 0x2
#define CHOST_LZCNT 0x4
#define CHOST_POPCNT 0x8
#define CHOST_AVX 0x10
#define CHOST_FMA 0x20

/// Which of these an x86-64 host can execute, its kernel included; 0 on others.
unsigned chost_processor_features(void);

#ifdef __linux__
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sys/syscall.h>

/// Makes a system call that has no function Swift can see. Arguments that it does not take are ignored. Returns -1 with
/// errno set when it failed.
long chost_system_call(long number, long first, long second, long third, long fourth, long fifth);
#endif

#endif
