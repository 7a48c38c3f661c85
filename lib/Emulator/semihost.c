// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers, parameter blocks and results: "Semihosting for AArch32 and AArch64",
// which RISC-V semihosting takes over; fields are 64 bits.
#define _GNU_SOURCE // memfd_create
#include "semihost.h"
#include "debug.h"
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum call {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITEC = 0x03,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_READC = 0x07,
  SYS_ISERROR = 0x08,
  SYS_ISTTY = 0x09,
  SYS_SEEK = 0x0a,
  SYS_FLEN = 0x0c,
  SYS_TMPNAM = 0x0d,
  SYS_REMOVE = 0x0e,
  SYS_RENAME = 0x0f,
  SYS_CLOCK = 0x10,
  SYS_TIME = 0x11,
  SYS_SYSTEM = 0x12,
  SYS_ERRNO = 0x13,
  SYS_GET_CMDLINE = 0x15,
  SYS_HEAPINFO = 0x16,
  SYS_EXIT = 0x18,
  SYS_EXIT_EXTENDED = 0x20,
  SYS_ELAPSED = 0x30,
  SYS_TICKFREQ = 0x31,
};

#define STOPPED_APPLICATION_EXIT 0x20026 // the reason that means exit()

#define MAX_FILES 64
#define PATH_BYTES 4096
#define MAX_IO (UINT64_C(1) << 30) // of one call: the rest is reported as not transferred

struct mtia_host {
  int fd[MAX_FILES]; // handle h is fd[h - 1]; -1: free
  char *command_line;
  uint64_t error;
  unsigned temporary;
  bool line_buffered;
  size_t used;
  uint8_t buffer[8192]; // standard output
};

bool mtia_host_create(struct mtia_device *dev, struct mtia_error *error) {
  struct mtia_host *host = dev->host = calloc(1, sizeof *host);
  if (!host)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  for (unsigned i = 0; i < MAX_FILES; i++)
    host->fd[i] = -1;
  host->line_buffered = isatty(1);
  return true;
}

void mtia_host_destroy(struct mtia_device *dev) {
  struct mtia_host *host = dev->host;
  if (!host)
    return;
  mtia_host_flush(dev);
  for (unsigned i = 0; i < MAX_FILES; i++)
    if (host->fd[i] > 2)
      close(host->fd[i]);
  free(host->command_line);
  free(host);
}

// One string with blanks between the words: semihosting knows nothing better.
bool mtia_host_set_args(struct mtia_device *dev, int argc, const char *const *argv,
                        struct mtia_error *error) {
  size_t size = 1;
  for (int i = 0; i < argc; i++)
    size += strlen(argv[i]) + 1;
  char *line = malloc(size), *p = line;
  if (!line)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  for (int i = 0; i < argc; i++) {
    size_t n = strlen(argv[i]);
    if (i)
      *p++ = ' ';
    memcpy(p, argv[i], n);
    p += n;
  }
  *p = 0;
  free(dev->host->command_line);
  dev->host->command_line = line;
  return true;
}

// Writes all of it or gives up; returns the bytes written.
static size_t write_all(int fd, const uint8_t *data, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t n = write(fd, data + done, size - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    done += (size_t)n;
  }
  return done;
}

void mtia_host_flush(struct mtia_device *dev) {
  struct mtia_host *host = dev->host;
  // The program believes that this was written long ago: nobody else can report it.
  if (write_all(1, host->buffer, host->used) < host->used)
    mtia_fail(dev, MTIA_ERR_FILE, "cannot write the program's output: %s", strerror(errno));
  host->used = 0;
}

// Programs print by the character; the host's system calls are dear.
static size_t write_stdout(struct mtia_device *dev, const uint8_t *data, size_t size) {
  struct mtia_host *host = dev->host;
  if (size > sizeof host->buffer - host->used)
    mtia_host_flush(dev);
  if (size > sizeof host->buffer)
    return write_all(1, data, size);
  memcpy(host->buffer + host->used, data, size);
  host->used += size;
  if (host->line_buffered && memchr(data, '\n', size))
    mtia_host_flush(dev);
  return size;
}

int64_t mtia_host_write(struct mtia_device *dev, bool errors, const uint8_t *data, size_t size) {
  if (!errors)
    return (int64_t)write_stdout(dev, data, size);
  mtia_host_flush(dev);
  return (int64_t)write_all(2, data, size);
}

int64_t mtia_host_read(struct mtia_device *dev, uint8_t *data, size_t size) {
  ssize_t n;
  mtia_host_flush(dev);
  do
    n = read(0, data, size);
  while (n < 0 && errno == EINTR);
  return n;
}

static int64_t failed(struct mtia_host *host, int error) {
  host->error = (uint64_t)error;
  return -1;
}

// Field `index` of the parameter block; 0 if it is no memory (such a call then fails by itself).
static uint64_t field(struct mtia_core *core, unsigned index) {
  uint64_t value = 0;
  const uint8_t *host = mtia_mem(core->dev, core->pe, core->x[11] + 8 * index, 8);
  if (host)
    memcpy(&value, host, 8);
  return value;
}

static bool set_field(struct mtia_core *core, uint64_t addr, uint64_t value) {
  uint8_t *host = mtia_mem(core->dev, core->pe, addr, 8);
  if (host)
    memcpy(host, &value, 8);
  return host != NULL;
}

static bool get_path(struct mtia_core *core, uint64_t addr, uint64_t length, char *path) {
  const uint8_t *host =
      length < PATH_BYTES ? mtia_mem(core->dev, core->pe, addr, length ? length : 1) : NULL;
  if (!host)
    return false;
  memcpy(path, host, length);
  path[length] = 0;
  return true;
}

static int *handle(struct mtia_host *host, uint64_t number) {
  return number >= 1 && number <= MAX_FILES && host->fd[number - 1] >= 0 ? &host->fd[number - 1]
                                                                         : NULL;
}

// A file that tells programs which extensions exist: a magic number and a byte of bits,
// 0 SYS_EXIT_EXTENDED, 1 ":tt" opened for appending is standard error.
static int open_features(void) {
  static const uint8_t features[] = {'S', 'H', 'F', 'B', 0x03};
  int fd = memfd_create("semihosting-features", MFD_CLOEXEC);
  if (fd >= 0 &&
      (write_all(fd, features, sizeof features) < sizeof features || lseek(fd, 0, SEEK_SET) < 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

static int64_t sys_open(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  // r, rb, r+, r+b, w, wb, w+, w+b, a, ab, a+, a+b
  static const int flags[12] = {
      O_RDONLY,
      O_RDONLY,
      O_RDWR,
      O_RDWR,
      O_WRONLY | O_CREAT | O_TRUNC,
      O_WRONLY | O_CREAT | O_TRUNC,
      O_RDWR | O_CREAT | O_TRUNC,
      O_RDWR | O_CREAT | O_TRUNC,
      O_WRONLY | O_CREAT | O_APPEND,
      O_WRONLY | O_CREAT | O_APPEND,
      O_RDWR | O_CREAT | O_APPEND,
      O_RDWR | O_CREAT | O_APPEND,
  };
  char path[PATH_BYTES];
  uint64_t mode = field(core, 1);
  if (mode >= 12)
    return failed(host, EINVAL);
  if (!get_path(core, field(core, 0), field(core, 2), path))
    return failed(host, EFAULT);
  unsigned free_handle = 0;
  while (free_handle < MAX_FILES && host->fd[free_handle] >= 0)
    free_handle++;
  if (free_handle == MAX_FILES)
    return failed(host, EMFILE);
  // ":tt" is the terminal: input, output or errors by mode.
  int fd;
  if (!strcmp(path, ":tt"))
    fd = mode < 4 ? 0 : mode < 8 ? 1 : 2;
  else if (!strcmp(path, ":semihosting-features"))
    fd = open_features();
  else
    fd = open(path, flags[mode] | O_CLOEXEC, 0666);
  if (fd < 0)
    return failed(host, errno);
  host->fd[free_handle] = fd;
  return free_handle + 1;
}

static int64_t sys_close(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  int *fd = handle(host, field(core, 0));
  if (!fd)
    return failed(host, EBADF);
  int result = *fd > 2 ? close(*fd) : 0;
  *fd = -1;
  return result ? failed(host, errno) : 0;
}

// Returns the number of bytes that were not written.
static int64_t sys_write(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  uint64_t size = field(core, 2);
  int *fd = handle(host, field(core, 0));
  if (!fd)
    return failed(host, EBADF);
  if (size == 0)
    return 0;
  const uint8_t *data = size <= MAX_IO ? mtia_mem(core->dev, core->pe, field(core, 1), size) : NULL;
  if (!data) {
    failed(host, EFAULT);
    return (int64_t)size;
  }
  if (*fd == 1)
    return (int64_t)(size - write_stdout(core->dev, data, size));
  mtia_host_flush(core->dev);
  errno = 0;
  size_t done = write_all(*fd, data, size);
  if (done < size)
    failed(host, errno);
  return (int64_t)(size - done);
}

// Returns the number of bytes that were not read.
static int64_t sys_read(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  uint64_t size = field(core, 2);
  int *fd = handle(host, field(core, 0));
  if (!fd)
    return failed(host, EBADF);
  if (size == 0)
    return 0;
  uint8_t *data = size <= MAX_IO ? mtia_mem(core->dev, core->pe, field(core, 1), size) : NULL;
  if (!data) {
    failed(host, EFAULT);
    return (int64_t)size;
  }
  mtia_host_flush(core->dev);
  ssize_t n;
  do
    n = read(*fd, data, size);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return failed(host, errno);
  return (int64_t)size - n;
}

static int64_t sys_seek(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  int *fd = handle(host, field(core, 0));
  if (!fd)
    return failed(host, EBADF);
  return lseek(*fd, (off_t)field(core, 1), SEEK_SET) < 0 ? failed(host, errno) : 0;
}

static int64_t sys_flen(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  int *fd = handle(host, field(core, 0));
  struct stat st;
  if (!fd)
    return failed(host, EBADF);
  return fstat(*fd, &st) ? failed(host, errno) : st.st_size;
}

static int64_t sys_tmpnam(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  char name[64];
  int n = snprintf(name, sizeof name, "/tmp/mtia-%ld-%u-%u", (long)getpid(),
                   (unsigned)field(core, 1) & 255, host->temporary++);
  uint8_t *out = (uint64_t)n < field(core, 2)
                     ? mtia_mem(core->dev, core->pe, field(core, 0), (uint64_t)n + 1)
                     : NULL;
  if (!out)
    return failed(host, EFAULT);
  memcpy(out, name, (size_t)n + 1);
  return 0;
}

static int64_t sys_remove(struct mtia_core *core) {
  char path[PATH_BYTES];
  if (!get_path(core, field(core, 0), field(core, 1), path))
    return failed(core->dev->host, EFAULT);
  return remove(path) ? failed(core->dev->host, errno) : 0;
}

static int64_t sys_rename(struct mtia_core *core) {
  char from[PATH_BYTES], to[PATH_BYTES];
  if (!get_path(core, field(core, 0), field(core, 1), from) ||
      !get_path(core, field(core, 2), field(core, 3), to))
    return failed(core->dev->host, EFAULT);
  return rename(from, to) ? failed(core->dev->host, errno) : 0;
}

static int64_t sys_get_cmdline(struct mtia_core *core) {
  struct mtia_host *host = core->dev->host;
  const char *line = host->command_line ? host->command_line : "";
  size_t n = strlen(line);
  uint8_t *out = n < field(core, 1) ? mtia_mem(core->dev, core->pe, field(core, 0), n + 1) : NULL;
  if (!out || !set_field(core, core->x[11] + 8, n))
    return failed(host, E2BIG);
  memcpy(out, line, n + 1);
  return 0;
}

static int64_t sys_write0(struct mtia_core *core) {
  uint64_t addr = core->x[11];
  for (const uint8_t *p; (p = mtia_mem(core->dev, core->pe, addr, 1)) && *p; addr++)
    write_stdout(core->dev, p, 1);
  return 0;
}

static int64_t sys_readc(struct mtia_core *core) {
  uint8_t byte;
  mtia_host_flush(core->dev);
  return read(0, &byte, 1) == 1 ? byte : -1;
}

static int64_t sys_istty(struct mtia_core *core) {
  int *fd = handle(core->dev->host, field(core, 0));
  return fd ? isatty(*fd) : failed(core->dev->host, EBADF);
}

static void end_program(struct mtia_core *core, uint64_t reason, uint64_t status) {
  // Any other reason is an abort, a fault in the program or the like.
  core->dev->exit_status = reason == STOPPED_APPLICATION_EXIT ? (int)(status & 255) : 1;
  core->dev->exited = true;
  core->dev->stop = true;
  core->state = MTIA_CORE_HALTED;
}

// Whether the call reads standard input, and gdb's Ctrl-C comes first: it is made again later.
static bool interrupted(struct mtia_core *core) {
  const int *fd = core->x[10] == SYS_READ ? handle(core->dev->host, field(core, 0)) : NULL;
  if (core->x[10] != SYS_READC && !(fd && *fd == 0))
    return false;
  mtia_host_flush(core->dev);
  return mtia_debug_input(core, 0);
}

void mtia_semihost_call(struct mtia_core *core) {
  struct mtia_device *dev = core->dev;
  int64_t result = 0;
  if (dev->debug && interrupted(core)) {
    core->pc -= 4; // the ebreak's
    core->instret--;
    return;
  }
  switch (core->x[10]) {
  case SYS_OPEN:
    result = sys_open(core);
    break;
  case SYS_CLOSE:
    result = sys_close(core);
    break;
  case SYS_WRITEC: {
    const uint8_t *byte = mtia_mem(dev, core->pe, core->x[11], 1);
    if (byte)
      write_stdout(dev, byte, 1);
    break;
  }
  case SYS_WRITE0:
    result = sys_write0(core);
    break;
  case SYS_WRITE:
    result = sys_write(core);
    break;
  case SYS_READ:
    result = sys_read(core);
    break;
  case SYS_READC:
    result = sys_readc(core);
    break;
  case SYS_ISERROR:
    result = (int64_t)field(core, 0) < 0;
    break;
  case SYS_ISTTY:
    result = sys_istty(core);
    break;
  case SYS_SEEK:
    result = sys_seek(core);
    break;
  case SYS_FLEN:
    result = sys_flen(core);
    break;
  case SYS_TMPNAM:
    result = sys_tmpnam(core);
    break;
  case SYS_REMOVE:
    result = sys_remove(core);
    break;
  case SYS_RENAME:
    result = sys_rename(core);
    break;
  case SYS_CLOCK: // hundredths of a second of emulated time
    result = (int64_t)(core->cycle / (dev->p->clock_mhz * UINT64_C(10000)));
    break;
  case SYS_TIME:
    result = time(NULL);
    break;
  case SYS_SYSTEM: // programs have no business in the host's shell
    result = failed(dev->host, ENOSYS);
    break;
  case SYS_ERRNO:
    result = (int64_t)dev->host->error;
    break;
  case SYS_GET_CMDLINE:
    result = sys_get_cmdline(core);
    break;
  case SYS_HEAPINFO: // all zero: the linker script knows better
    for (unsigned i = 0; i < 4; i++)
      set_field(core, field(core, 0) + 8 * i, 0);
    break;
  case SYS_EXIT:
  case SYS_EXIT_EXTENDED:
    end_program(core, field(core, 0), field(core, 1));
    break;
  case SYS_ELAPSED:
    if (!set_field(core, core->x[11], core->cycle))
      result = failed(dev->host, EFAULT);
    break;
  case SYS_TICKFREQ:
    result = dev->p->clock_mhz * INT64_C(1000000);
    break;
  default:
    result = failed(dev->host, ENOSYS);
    break;
  }
  core->x[10] = (uint64_t)result;
}
