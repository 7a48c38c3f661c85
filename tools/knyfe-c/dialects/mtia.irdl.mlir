// The mtia dialect: the device as docs/isa/xmtia.md describes it, one operation
// per instruction, between scf loops and arith on `index`. Every operation may
// carry `name` (of the variable or constant in the C text) and `note` (its comment).
//
// A circular buffer is named by the attribute `cb`; mtia.cb says which one it is.
// With `per_core` on the buffer, core 1 uses the buffer `per_core` numbers further.
irdl.dialect @mtia {
  // A pointer to elements in local memory or, read only, in the memory of an argument.
  irdl.type @ptr {
    %element = irdl.any
    irdl.parameters(element: %element)
  }

  // Who and where: "row", "col", "core", "rows", "cols", "pe".
  irdl.operation @id {
    %index = irdl.is index
    irdl.results(value: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "what" = %string }
  }
  // Address, distance of rows in bytes, and value of an argument.
  irdl.operation @data {
    %index = irdl.is index
    irdl.results(address: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "arg" = %string }
  }
  irdl.operation @pitch {
    %index = irdl.is index
    irdl.results(bytes: %index)
    %string = irdl.base "#builtin.string"
    %int = irdl.base "#builtin.integer"
    irdl.attributes { "arg" = %string, "dim" = %int }
  }
  irdl.operation @scalar {
    %any = irdl.any
    irdl.results(value: %any)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "arg" = %string }
  }

  // Where local memory starts.
  irdl.operation @local {
    %index = irdl.is index
    irdl.results(address: %index)
  }
  // Declares and initialises a circular buffer; base is an offset behind `start`, or behind
  // the start of local memory.
  irdl.operation @cb {
    %index = irdl.is index
    irdl.operands(start: optional %index)
    %string = irdl.base "#builtin.string"
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    %int3 = irdl.base "#builtin.integer"
    %int4 = irdl.base "#builtin.integer"
    irdl.attributes { "cb" = %string, "id" = %int1, "base" = %int2, "size" = %int3,
                      "per_core" = %int4 }
  }
  irdl.operation @bar {
    %string = irdl.base "#builtin.string"
    irdl.attributes { "scope" = %string }
  }
  irdl.operation @push {
    %index = irdl.is index
    irdl.operands(bytes: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @pop {
    %index = irdl.is index
    irdl.operands(bytes: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @waitd {
    %index = irdl.is index
    irdl.operands(bytes: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @waits {
    %index = irdl.is index
    irdl.operands(bytes: %index)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @head {
    %ptr = irdl.base @mtia::@ptr
    irdl.results(ptr: %ptr)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @tail {
    %ptr = irdl.base @mtia::@ptr
    irdl.results(ptr: %ptr)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }

  // Command registers: the whole register, or its two halves.
  irdl.operation @cr_w {
    %any = irdl.any
    irdl.operands(value: %any)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cr" = %string }
  }
  irdl.operation @cr_w2 {
    %any1 = irdl.any
    %any2 = irdl.any
    irdl.operands(lo: %any1, hi: %any2)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cr" = %string }
  }

  // Commands.
  irdl.operation @dma_in {
    %index1 = irdl.is index
    %index2 = irdl.is index
    irdl.operands(address: %index1, rows: %index2)
    %string1 = irdl.base "#builtin.string"
    %string2 = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string1, "mc" = %string2 }
  }
  irdl.operation @dma_out {
    %index1 = irdl.is index
    %index2 = irdl.is index
    irdl.operands(address: %index1, rows: %index2)
    %string = irdl.base "#builtin.string"
    irdl.attributes { "cb" = %string }
  }
  irdl.operation @mml {
    %string1 = irdl.base "#builtin.string"
    %string2 = irdl.base "#builtin.string"
    %string3 = irdl.base "#builtin.string"
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    %int3 = irdl.base "#builtin.integer"
    %int4 = irdl.base "#builtin.integer"
    %int5 = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int1, "a" = %string1, "b" = %string2, "ti" = %int2, "tj" = %int3,
                      "adv" = %int4, "zero" = %int5, "type" = %string3 }
  }
  irdl.operation @acc_zero {
    %int = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int }
  }
  irdl.operation @acc_bias {
    %string = irdl.base "#builtin.string"
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int1, "cb" = %string, "tj" = %int2 }
  }
  irdl.operation @acc_biasr {
    %string = irdl.base "#builtin.string"
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int1, "cb" = %string, "ti" = %int2 }
  }
  irdl.operation @red {
    %string1 = irdl.base "#builtin.string"
    %string2 = irdl.base "#builtin.string"
    %int = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int, "in" = %string1, "out" = %string2 }
  }
  irdl.operation @redf {
    %string1 = irdl.base "#builtin.string"
    %string2 = irdl.base "#builtin.string"
    %int = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int, "in" = %string1, "out" = %string2 }
  }
  // drainf for the types F32, F16, BF16.
  irdl.operation @drain {
    %string1 = irdl.base "#builtin.string"
    %string2 = irdl.base "#builtin.string"
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    %int3 = irdl.base "#builtin.integer"
    %int4 = irdl.base "#builtin.integer"
    irdl.attributes { "acc" = %int1, "cb" = %string1, "ti" = %int2, "tj" = %int3,
                      "type" = %string2, "relu" = %int4 }
  }

  // Core code on memory.
  irdl.operation @at {
    %index = irdl.is index
    %ptr = irdl.base @mtia::@ptr
    irdl.operands(address: %index)
    irdl.results(ptr: %ptr)
  }
  irdl.operation @load {
    %index = irdl.is index
    %ptr = irdl.base @mtia::@ptr
    %any = irdl.any
    irdl.operands(ptr: %ptr, index: %index)
    irdl.results(value: %any)
  }
  irdl.operation @store {
    %index = irdl.is index
    %ptr = irdl.base @mtia::@ptr
    %any = irdl.any
    irdl.operands(value: %any, ptr: %ptr, index: %index)
  }
}
