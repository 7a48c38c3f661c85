// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The server of gdb's remote serial protocol (gdb manual, appendix "gdb Remote
// Serial Protocol"). One connection, all-stop mode, every core a thread whose
// number is mhartid + 1.
//   gdb_link.c    sockets and packets      gdb_regs.c     registers, target description
//   gdb.c         what packets do          gdb_monitor.c  "monitor" commands
#ifndef MTIA_EMULATOR_GDB_H
#define MTIA_EMULATOR_GDB_H

#include "debug.h"

// Longest packet without frame and checksum, as qSupported tells gdb.
#define MTIA_GDB_PACKET 16384

struct mtia_gdb_link {
  int listener, in, out; // -1: none
  char *socket_path;     // of a unix socket, to be removed
  bool no_ack;
  bool closed;
  size_t begin, end; // of what is in `bytes`
  char bytes[4096];  // received, not yet looked at
  size_t sent_size;
  char *sent; // the last packet, in case gdb wants it again
};

struct mtia_gdb {
  struct mtia_gdb_link link;
  struct mtia_core *general; // Hg: whose registers and memory are read
  struct mtia_core *resumed; // Hc: NULL: all
  unsigned signal;           // of the last stop
  char stop_reply[256];
  bool go;            // resume, detach or kill: serving ends
  bool detached;      //
  bool killed;        //
  char *xfer;         // document that qXfer reads from
  size_t xfer_size;   //
  char xfer_name[32]; //
  size_t size;        // of packet
  char packet[MTIA_GDB_PACKET + 1];
};

// Before the first instruction: waits for gdb and serves it until the cores shall run. False: the
// run is over, dev->error says why.
bool mtia_gdb_start(struct mtia_device *dev);
// After mtia_sched_run: tells gdb why it ended and serves it. False: the run is over.
bool mtia_gdb_stopped(struct mtia_device *dev);
void mtia_gdb_destroy(struct mtia_device *dev);

//===-- gdb_link.c ------------------------------------------------------------===//

bool mtia_gdb_link_listen(struct mtia_gdb_link *link, const char *where, char *address, size_t size,
                          struct mtia_error *error);
bool mtia_gdb_link_accept(struct mtia_gdb_link *link, struct mtia_error *error);
void mtia_gdb_link_close(struct mtia_gdb_link *link);
// The payload of the next packet, with a NUL behind it, in packet[size + 1]. *length: of the
// packet; more than `size`: it was too long, and is lost. False: the connection is closed.
bool mtia_gdb_receive(struct mtia_gdb_link *link, char *packet, size_t size, size_t *length);
void mtia_gdb_send(struct mtia_gdb_link *link, const char *data, size_t size);
void mtia_gdb_reply(struct mtia_gdb_link *link, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Text for the user, without being asked for it.
void mtia_gdb_print(struct mtia_gdb_link *link, const char *text);
// Whether gdb wants the cores to stop, or is gone.
bool mtia_gdb_interrupted(void *link);

// Hexadecimal digits, two per byte. mtia_gdb_unhex: false if there are not 2 * size digits.
void mtia_gdb_hex(char *out, const void *bytes, size_t size);
bool mtia_gdb_unhex(void *bytes, const char *hex, size_t size);

//===-- gdb_regs.c ------------------------------------------------------------===//

// The target description; malloc'ed.
char *mtia_gdb_target_xml(struct mtia_core *core, size_t *size);
// Registers by their numbers in that description. False: no such register. *size: its bytes.
bool mtia_gdb_read_register(struct mtia_core *core, uint64_t number, uint64_t *value,
                            unsigned *size);
bool mtia_gdb_write_register(struct mtia_core *core, uint64_t number, uint64_t value);
// The vector register of that number, or NULL; *core_has_it: whether this core has vectors.
uint8_t *mtia_gdb_vector_register(struct mtia_core *core, uint64_t number, bool *core_has_it);
// Those of a g packet are numbered from 0.
#define MTIA_GDB_G_REGISTERS 65
#define MTIA_GDB_PC 32

//===-- gdb_monitor.c ---------------------------------------------------------===//

// "waits: CB 3 holds 64 bytes, ..."; also for info threads.
void mtia_gdb_core_state(struct mtia_core *core, char *buffer, size_t size);
// Executes "monitor LINE"; the text to be shown is malloc'ed. NULL: out of memory.
char *mtia_gdb_monitor(struct mtia_device *dev, struct mtia_core *core, const char *line);

#endif
