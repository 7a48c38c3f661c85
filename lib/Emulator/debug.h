// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a debugger needs of the cores: breakpoints, watchpoints, steps, stops.
// Independent of how the debugger talks (gdb.c).
//
// Breakpoints and watchpoints exist only in decoded code: the slot of the
// instruction gets another function (mtia_debug_slot). Memory is not changed,
// and code without them runs at full speed. A stop ends mtia_sched_run through
// dev->stop, with every core between two instructions; mtia_debug_resume and
// another mtia_sched_run continue it. Cores that shall not run are `held`: the
// scheduler leaves them out.
#ifndef MTIA_EMULATOR_DEBUG_H
#define MTIA_EMULATOR_DEBUG_H

#include "core.h"

struct mtia_command;

// Why the cores stand still.
enum mtia_stop {
  MTIA_STOP_NONE,      // they don't
  MTIA_STOP_START,     // before the first instruction
  MTIA_STOP_STEP,      // a step is done
  MTIA_STOP_BREAK,     // in front of an instruction with a breakpoint
  MTIA_STOP_WATCH,     // in front of an instruction that accesses a watched place
  MTIA_STOP_WRITTEN,   // somebody else has written to a watched place
  MTIA_STOP_EVENT,     // a command or a circular buffer that is to be caught
  MTIA_STOP_TRAP,      // in front of an instruction that traps, and that would end the run
  MTIA_STOP_EBREAK,    // in front of an ebreak
  MTIA_STOP_INTERRUPT, // the debugger asked for it
  MTIA_STOP_STUCK,     // nothing can move any more, or the limit of cycles is reached
  MTIA_STOP_HALTED,    // the core that was to step has halted
  MTIA_STOP_FAILED,    // the run has failed and cannot go on
};

// The numbers are those of gdb's Z packets.
enum mtia_point {
  MTIA_POINT_BREAK,
  MTIA_POINT_HARDWARE_BREAK, // the same here
  MTIA_POINT_WRITE,
  MTIA_POINT_READ,
  MTIA_POINT_ACCESS,
};

// How a core goes on.
enum mtia_step {
  MTIA_GO,
  MTIA_STEP,      // one instruction, and more while pc is in [step_from, step_to)
  MTIA_STEP_DONE, // the instruction is done when the core runs next
};

struct mtia_debug_stop {
  enum mtia_stop why;
  struct mtia_core *core; // who stopped
  uint64_t addr;          // WATCH: what will be accessed
  enum mtia_point point;  // BREAK, WATCH
  uint64_t cause;         // TRAP: mcause
  char *text;             // what to tell the user, or NULL
};

// NULL if memory runs out. `interrupted` is asked every few milliseconds of a
// run; NULL: nobody asks.
struct mtia_debug *mtia_debug_create(struct mtia_device *dev, bool (*interrupted)(void *),
                                     void *context);
// A run on the fast cores is still to come that nobody debugs or steps through yet.
bool mtia_debug_can_step(const struct mtia_device *dev);
void mtia_debug_destroy(struct mtia_device *dev);

// False: no such kind, or out of memory. Inserting twice is inserting once.
bool mtia_debug_insert(struct mtia_device *dev, enum mtia_point kind, uint64_t addr, uint64_t len);
bool mtia_debug_remove(struct mtia_device *dev, enum mtia_point kind, uint64_t addr, uint64_t len);

// What stops the run beside breakpoints: commands of that name (mtia_command_name) when they are
// issued, counters of that CB when they move. NULL, MTIA_CATCH_NONE: nothing.
#define MTIA_CATCH_ANY_COMMAND ""
enum { MTIA_CATCH_NONE = -1, MTIA_CATCH_ANY_CB = -2 };
void mtia_debug_catch(struct mtia_device *dev, const char *command, int cb);

// Why dev stands still. Asked after mtia_sched_run; NONE: the run is over.
const struct mtia_debug_stop *mtia_debug_stopped(struct mtia_device *dev);

// To be called before a run goes on; cores' `held` and `step` have been set. `pass`: a trap that
// was the reason of the stop is taken now.
void mtia_debug_resume(struct mtia_device *dev, bool pass);

// The pc that the debugger is told. A core that has stepped to a command which cannot be issued
// while others are held appears to stand behind it: a debugger that steps over a breakpoint on such
// a command would never get anywhere else.
uint64_t mtia_debug_pc(const struct mtia_core *c);

// The debugger has changed a core's pc, memory (`host`, len bytes), anything else.
void mtia_debug_set_pc(struct mtia_core *c, uint64_t pc);
void mtia_debug_written(struct mtia_device *dev, const uint8_t *host, uint64_t len);
void mtia_debug_touch(struct mtia_device *dev);

//===-- Hooks; only while dev->debug is not NULL -------------------------------===//

// Decoder: the function that a slot of decoded code gets instead of `fn`.
mtia_op_fn *mtia_debug_slot(struct mtia_core *c, const struct mtia_slot *s, mtia_op_fn *fn);

// Whether there is a breakpoint: of a core that executes without decoded code. (Watchpoints are
// not seen there.)
bool mtia_debug_stops_at(const struct mtia_core *c, uint64_t pc);

// ops->debug_access: whether the instruction at s is about to access a watched place.
bool mtia_debug_access(struct mtia_core *c, const struct mtia_slot *s);

// Calls fn for every access of memory that the instruction at s is about to make, until it returns
// false. Illegal instructions make none.
typedef bool mtia_access_fn(struct mtia_core *c, uint64_t addr, uint64_t size, bool read,
                            bool written);
void mtia_debug_each_access(struct mtia_core *c, const struct mtia_slot *s, mtia_access_fn *fn);
// Bytes of an element of the vector instruction at s; 0: it is another one.
unsigned mtia_debug_element(const struct mtia_slot *s);

// Executes one instruction, or stops in front of a watched access. MTIA_EXIT_DEBUG: a run would
// execute the next one without a look at the limit of time; MTIA_EXIT_CONTINUE: it would look.
enum mtia_exit mtia_debug_step(struct mtia_core *c);

// Instead of mtia_core_run, of a run that nobody debugs: step by step, each after before(c) if that
// is not NULL.
enum mtia_exit mtia_debug_steps(struct mtia_core *c, void (*before)(struct mtia_core *c));

// Instead of mtia_core_run. MTIA_EXIT_DEBUG: stopped.
enum mtia_exit mtia_debug_run(struct mtia_core *c);

// A command has been issued.
void mtia_debug_command(const struct mtia_command *c);
// `counter` of the CB is `value` now.
void mtia_debug_counter(const struct mtia_cp *cp, unsigned cb, const char *counter, uint64_t value);

// A trap at c->pc. True: the cores stop in front of it.
bool mtia_debug_trap(struct mtia_core *c, uint64_t cause, uint64_t tval);

// Waits for input on the host's file `fd`. True: the debugger wants a stop before it came.
bool mtia_debug_input(struct mtia_core *c, int fd);

// Once per round of the scheduler.
void mtia_debug_poll(struct mtia_device *dev);

#endif
