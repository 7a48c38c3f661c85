// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks of what kernels do with memory (docs/checks.md). The hooks are called only
// while dev->check is set; they change neither results nor cycles.
#ifndef MTIA_EMULATOR_CHECK_H
#define MTIA_EMULATOR_CHECK_H

#include "internal.h"

struct mtia_command;
struct mtia_slot;

// Tensors are placed: the run begins. False if memory runs out.
bool mtia_check_start(struct mtia_device *dev);
// The run is over: what is left behind. False, with dev->error set, if anything was found.
bool mtia_check_finish(struct mtia_device *dev);
void mtia_check_destroy(struct mtia_device *dev);

// An instruction of a core is about to be executed.
void mtia_check_insn(struct mtia_core *c, const struct mtia_slot *s);

// A command starts and, at once, reads, writes and ends; its time is not over then.
void mtia_check_command(struct mtia_command *c);
void mtia_check_command_end(struct mtia_device *dev);
// Bytes of a CB that the command reads to `to`, or writes from `from`: memory of the device for
// copies, anything else for what is computed. NULL: zeros.
void mtia_check_cb_read(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *to,
                        uint32_t bytes);
void mtia_check_cb_write(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *from,
                         uint32_t bytes);
// The command c has given the bytes [from, to) of a CB back.
void mtia_check_release(const struct mtia_cp *cp, unsigned cb, uint64_t from, uint64_t to,
                        const struct mtia_command *c);
// `amount`, which a core has sent from pc, is added to a counter.
void mtia_check_count(struct mtia_core *from, uint64_t pc, const struct mtia_pe *to,
                      unsigned counter, uint64_t old, uint64_t amount);
// The command c, just issued, moves head or tail of its CB.
void mtia_check_move(const struct mtia_command *c);
// A buffer begins anew: it may have another producer and consumer.
void mtia_check_init(const struct mtia_pe *pe, unsigned cb);

#endif
