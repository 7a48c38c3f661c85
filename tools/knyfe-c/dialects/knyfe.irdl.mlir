// The knyfe dialect: what operator descriptions have and upstream dialects lack.
// Elementwise code and reductions are linalg.generic over arith; this is the rest.
// What IRDL cannot state (element types, shapes that match) is checked by the
// pass knyfe-verify (back/match.c).
irdl.dialect @knyfe {
  // q = clamp(round_half_even(f32(value) * scale) + zero_point, lo, hi), narrowed
  // to the result's type; docs/knyfe.md, R8.
  irdl.operation @quantize {
    %value = irdl.any
    %scale = irdl.is f32
    %zero = irdl.is i32
    %result = irdl.any
    irdl.operands(value: %value, scale: %scale, zero_point: %zero)
    irdl.results(q: %result)
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    irdl.attributes { "lo" = %int1, "hi" = %int2 }
  }

  // Integer division, remainder and shifts as docs/knyfe.md R6 defines them for every operand.
  irdl.operation @div {
    %any = irdl.any // one type
    irdl.operands(a: %any, b: %any)
    irdl.results(q: %any)
  }
  irdl.operation @rem {
    %any = irdl.any // one type
    irdl.operands(a: %any, b: %any)
    irdl.results(r: %any)
  }
  irdl.operation @shl {
    %any = irdl.any // one type
    irdl.operands(a: %any, b: %any)
    irdl.results(r: %any)
  }
  irdl.operation @shr {
    %any = irdl.any // one type
    irdl.operands(a: %any, b: %any)
    irdl.results(r: %any)
  }

  // acc[m, n] = sum over k of a[m, k] * b[n, k] in wrapping 32-bit integers (float: in f32), then, in this
  // order and each if present: + bias (axis 1: bias[n], axis 0: bias[m]), relu, quantize.
  irdl.operation @contract {
    %tensor1 = irdl.base "!builtin.tensor"
    %tensor2 = irdl.base "!builtin.tensor"
    %tensor3 = irdl.base "!builtin.tensor"
    %tensor4 = irdl.base "!builtin.tensor"
    %scale = irdl.is f32
    %zero = irdl.is i32
    irdl.operands(a: %tensor1, b: %tensor2, bias: optional %tensor3, scale: optional %scale,
                  zero_point: optional %zero)
    irdl.results(result: %tensor4)
    %int1 = irdl.base "#builtin.integer"
    %int2 = irdl.base "#builtin.integer"
    %int3 = irdl.base "#builtin.integer"
    %int4 = irdl.base "#builtin.integer"
    %int5 = irdl.base "#builtin.integer"
    %int6 = irdl.base "#builtin.integer"
    %int7 = irdl.base "#builtin.integer"
    %int8 = irdl.base "#builtin.integer"
    %int9 = irdl.base "#builtin.integer"
    irdl.attributes { "a_unsigned" = %int1, "b_unsigned" = %int2, "bias_axis" = %int3,
                      "relu" = %int4, "quantize" = %int5, "unsigned" = %int6, "lo" = %int7,
                      "hi" = %int8, "float" = %int9 }
  }
}
