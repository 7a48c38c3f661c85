// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A command is a double word that is not 0: device in bits 63 to 56, command in
// 55 to 48, payload below. Device 0: bit 0 of the payload ends the program with the
// status in the bits above; otherwise the payload is the address of a system call's
// number and arguments, whose result replaces the number. Device 1: the console, 0
// reads and 1 writes a character. tohost becomes 0 when a command has been taken;
// fromhost holds the answer until the program has cleared it.
// (The RISC-V front-end server, fesvr, defines it by its source.)
#include "htif.h"
#include "image.h"
#include "semihost.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum syscall {
  SYSCALL_READ = 63,
  SYSCALL_WRITE = 64,
  SYSCALL_EXIT = 93,
};

#define DEVICE(command) ((command) >> 56)
#define COMMAND(command) ((command) >> 48 & 0xff)
#define PAYLOAD(command) ((command) & UINT64_C(0xffffffffffff))
#define CONSOLE_READ 0
#define CONSOLE_WRITE 1
#define CONSOLE_ANSWER(byte) (UINT64_C(1) << 56 | 0x100 | (byte))

struct mtia_htif {
  uint8_t *tohost, *fromhost; // fromhost: NULL if there is none
  bool reading;               // a console read has not been answered
};

bool mtia_htif_create(struct mtia_device *dev, struct mtia_error *error) {
  const struct mtia_symbol *to = mtia_image_find(dev, "tohost");
  const struct mtia_symbol *from = mtia_image_find(dev, "fromhost");
  uint8_t *tohost = to && !to->function ? mtia_mem(dev, &dev->pe[0], to->addr, 8) : NULL;
  if (!tohost)
    return true;
  struct mtia_htif *htif = dev->htif = calloc(1, sizeof *htif);
  if (!htif)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  htif->tohost = tohost;
  htif->fromhost = from ? mtia_mem(dev, &dev->pe[0], from->addr, 8) : NULL;
  return true;
}

void mtia_htif_destroy(struct mtia_device *dev) { free(dev->htif); }

static uint64_t load(const uint8_t *host) {
  uint64_t value;
  memcpy(&value, host, sizeof value);
  return value;
}

static void store(uint8_t *host, uint64_t value) {
  if (host)
    memcpy(host, &value, sizeof value);
}

static void end_program(struct mtia_core *core, uint64_t status) {
  core->dev->exit_status = (int)(status & 255 ? status & 255 : status ? 255 : 0);
  core->dev->exited = true;
  core->dev->stop = true;
  core->state = MTIA_CORE_HALTED;
}

static int64_t transfer(struct mtia_core *core, bool out, uint64_t fd, uint64_t addr,
                        uint64_t size) {
  if (out ? fd != 1 && fd != 2 : fd != 0)
    return -EBADF;
  uint8_t *data = mtia_mem(core->dev, core->pe, addr, size ? size : 1);
  if (!data || size > INT32_MAX)
    return -EFAULT;
  return out ? mtia_host_write(core->dev, fd == 2, data, size)
             : mtia_host_read(core->dev, data, size);
}

static void system_call(struct mtia_core *core, uint64_t addr) {
  uint8_t *block = mtia_mem(core->dev, core->pe, addr, 64);
  if (!block) {
    mtia_fail(core->dev, MTIA_ERR_ACCESS,
              "HTIF: tohost names a system call at %#llx, which is no memory",
              (unsigned long long)addr);
    return;
  }
  uint64_t a0 = load(block + 8), a1 = load(block + 16), a2 = load(block + 24);
  int64_t result = -ENOSYS;
  switch (load(block)) {
  case SYSCALL_EXIT:
    end_program(core, a0);
    return;
  case SYSCALL_WRITE:
  case SYSCALL_READ:
    result = transfer(core, load(block) == SYSCALL_WRITE, a0, a1, a2);
    break;
  }
  store(block, (uint64_t)result);
  store(core->dev->htif->fromhost, 1);
}

static void console(struct mtia_core *core, uint64_t command) {
  uint8_t byte = (uint8_t)command;
  if (COMMAND(command) == CONSOLE_WRITE)
    mtia_host_write(core->dev, false, &byte, 1);
  else if (COMMAND(command) == CONSOLE_READ)
    core->dev->htif->reading = true;
}

void mtia_htif_poll(struct mtia_core *core) {
  struct mtia_htif *htif = core->dev->htif;
  uint64_t command = load(htif->tohost);
  bool free_answer = htif->fromhost && !load(htif->fromhost);
  if (command && DEVICE(command) == 0 && PAYLOAD(command) & 1) {
    end_program(core, PAYLOAD(command) >> 1);
  } else if (command && DEVICE(command) == 0 && (free_answer || !htif->fromhost)) {
    store(htif->tohost, 0);
    system_call(core, PAYLOAD(command));
  } else if (command && DEVICE(command)) {
    store(htif->tohost, 0);
    if (DEVICE(command) == 1)
      console(core, command);
  }
  if (htif->reading && htif->fromhost && !load(htif->fromhost)) {
    uint8_t byte;
    htif->reading = false;
    // At the end of the input the program waits, as it would for somebody who doesn't type.
    if (mtia_host_read(core->dev, &byte, 1) == 1)
      store(htif->fromhost, CONSOLE_ANSWER(byte));
  }
}
