// SPDX-License-Identifier: Apache-2.0
// For LD_PRELOAD: glibc's allocator, but for the allocations that a plan (plan.h) lets fail. strdup(), asprintf(),
// fopen() and whatever else allocates come through here as well: the C library calls these names too.
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crash.h"

#define EXPORTED __attribute__((visibility("default")))

// glibc's own, under the names that are there for this purpose.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *memalign(size_t alignment, size_t size);

// Where the program itself lies in memory, its libraries left out.
struct extent {
  uintptr_t start;
  uintptr_t end;
};

static struct extent program;

static struct fault_plan *plan;

// The place to break at: every failing allocation passes here.
EXPORTED void failing_alloc_hit(void);
EXPORTED __attribute__((noinline)) void failing_alloc_hit(void)
{
  errno = ENOMEM;
}

// The first object that the loader names is the program.
static int note_program(struct dl_phdr_info *info, size_t size, void *data)
{
  (void)size;
  (void)data;
  program.start = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    program.end = info->dlpi_phdr[i].p_type == PT_LOAD && end > program.end ? end : program.end;
  }
  return 1;
}

static bool is_own(const void *caller)
{
  return (uintptr_t)caller >= program.start && (uintptr_t)caller < program.end;
}

// Without a plan nothing fails. Calls nothing that allocates.
static void find_plan(void)
{
  static bool looked;
  if (looked || environ == NULL) {
    return;
  }
  looked = true;
  const char *path = getenv("FAULT_PLAN");
  int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *mapped = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)dl_iterate_phdr(note_program, NULL);
    (void)close(fd);
    plan = mapped != MAP_FAILED ? mapped : NULL;
  }
}

// CALLER is where the allocation is asked for.
static bool fails(const void *caller)
{
  find_plan();
  if (plan == NULL || (plan->own && !is_own(caller))) {
    return false;
  }
  uint64_t number = __atomic_add_fetch(&plan->count, 1, __ATOMIC_RELAXED);
  bool hit = plan->mode != FAULT_OFF && (number == plan->at || (number > plan->at && plan->mode == FAULT_FROM));
  if (hit) {
    (void)__atomic_add_fetch(&plan->failed, 1, __ATOMIC_RELAXED);
    failing_alloc_hit();
  }
  return hit;
}

// Behind the constructors of all that the program is linked with, before its main().
__attribute__((constructor)) static void warm_up(void)
{
  find_plan();
  struct fault_plan *found = plan;
  if (found == NULL) {
    return;
  }
  crash_watch(found);
  if (found->warm) {
    plan = NULL;
    (void)getpwnam("nobody@nowhere.test");
    found->count = found->failed = 0;
    plan = found;
  }
}

EXPORTED void *malloc(size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *old, size_t size)
{
  bool frees = old != NULL && size == 0;
  return !frees && fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

EXPORTED void *reallocarray(void *old, size_t count, size_t size)
{
  size_t whole = 0;
  if (__builtin_mul_overflow(count, size, &whole)) {
    errno = ENOMEM;
    return NULL;
  }
  bool frees = old != NULL && whole == 0;
  return !frees && fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, whole);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}

EXPORTED int posix_memalign(void **ret_pointer, size_t alignment, size_t size)
{
  int before = errno;
  void *pointer = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
  errno = before;
  if (pointer == NULL) {
    return ENOMEM;
  }
  *ret_pointer = pointer;
  return 0;
}
