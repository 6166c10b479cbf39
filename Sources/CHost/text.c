#define _GNU_SOURCE
#include "CHost.h"

#if defined(__linux__)
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>

static int release_object(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size;
  (void)unused;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + header->p_vaddr) & ~(uintptr_t)4095;
    uintptr_t end = (object->dlpi_addr + header->p_vaddr + header->p_memsz) & ~(uintptr_t)4095;
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void chost_release_text(void) { dl_iterate_phdr(release_object, 0); }
#else
void chost_release_text(void) {}
#endif
