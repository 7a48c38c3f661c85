# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The operators of examples/ at serving shapes, and the pairs of compiled and hand-written kernels.

cases() yields one Case per operator and batch: 64 and 256 samples, bags or rows. Widths are those of usual models: 4096 for rows of
a language model, 64 for rows of embedding tables, 1024 for layers of a recommendation model.
"""
from dataclasses import dataclass, field

BATCHES = (64, 256)
POOLING = 32  # rows per bag


@dataclass
class Case:
    """One row of docs/gallery.md.

    operator  examples/<operator>.knyfe
    sizes     {dimension: size}
    macs      products of the matrix units, of `mac_bytes` bytes per operand
    vector    products of two vectors' elements of f32, where a contraction has no other unit
    gathered  {input: dimensions}: of that table their product of rows is read, not all
    """
    operator: str
    batch: int
    sizes: dict
    macs: int = 0
    mac_bytes: int = 1
    vector: int = 0
    gathered: dict = field(default_factory=dict)

    def shape(self):
        return ", ".join(f"{name} {size}" for name, size in self.sizes.items())

    def name(self):
        return f"{self.operator}, {self.shape()}"


# Operators on rows: dimensions beside the batch, which is M.
ROWS = {
    "softmax": dict(N=4096), "log_softmax": dict(N=4096), "layernorm": dict(N=4096), "rmsnorm": dict(N=4096),
    "l2_normalise": dict(N=4096), "dynamic_quantise": dict(N=4096), "quantise": dict(N=4096), "dequantise": dict(N=4096),
    "residual": dict(N=4096), "leaky_relu": dict(N=4096), "masked_fill": dict(N=4096), "split": dict(N=4096),
    "top1": dict(N=4096), "row_range": dict(K=4096), "cumsum": dict(N=1024), "one_hot": dict(N=32768),
    "concat": dict(A=2048, B=1024, C=1024),
}
# The batch is B.
BATCHED = {
    "average_pool": dict(N=4096), "batchnorm": dict(C=64, H=14, W=14), "max_pool": dict(C=32, H=28, W=28),
    "depthwise_conv": dict(C=32, H=28, W=28),
}
BAGS = {"embedding_bag_sum": ("E", 64), "embedding_bag_mean": ("E", 64), "embedding_bag_max": ("E", 64),
        "embedding_bag_weighted": ("E", 64), "embedding_bag_int8": ("E", 128), "embedding_bag_int4": ("E", 128)}


def cases():
    for b in BATCHES:
        for operator, sizes in ROWS.items():
            yield Case(operator, b, dict(M=b, **sizes))
        for operator, sizes in BATCHED.items():
            yield Case(operator, b, dict(B=b, **sizes))
        for operator, (_, d) in BAGS.items():
            yield Case(operator, b, dict(E=100000, D=d, L=b * POOLING, B=b), gathered=dict(table="L"))
        yield Case("embedding_bags", b, dict(E0=20000, D0=64, E1=100000, D1=128, E2=100000, D2=64, L=b * POOLING, B=b),
                   gathered=dict(t0="L", t1="L", t2="L"))
        for operator, size in (("fc_relu", 1), ("fc_u8i8_per_channel", 1), ("fc_f16", 2), ("fc_bf16", 2)):
            yield Case(operator, b, dict(M=b, K=1024, N=1024), b << 20, size)
        yield Case("fc_f32", b, dict(M=b, K=512, N=512), vector=b * 512 * 512)
        yield Case("cross_features", b, dict(B=b, D=512), vector=b * 512 * 512)
        yield Case("cosine_similarity", b, dict(M=b, D=64, N=1024), vector=b * 1024 * 64)
        yield Case("dot_interaction", b, dict(B=b, F=27, D=64), b * 27 * 26 // 2 * 64, 2)
        yield Case("conv1d", b, dict(B=b, C=32, N=66, F=32, K=3), vector=b * 32 * 64 * 32 * 3)
        yield Case("attention", b, dict(S=b, D=64), b * b * 64 * 2, 2)
        yield Case("gelu_mlp", b, dict(M=b, K=512, H=2048, N=512), 2 * b * 512 * 2048, 2)
        yield Case("gated_mlp", b, dict(M=b, K=512, H=1024, N=512), 3 * b * 512 * 1024, 2)
        yield Case("bmm", b, dict(B=b, M=128, K=128, N=128), b * 128**3, 2)
        yield Case("rotary", b, dict(S=b, D=2048))
        yield Case("transpose", b, dict(A=b, M=64, N=64))
        yield Case("histogram", b, dict(M=b * 1024))
        yield Case("segment_sum", b, dict(M=b * POOLING, D=64, S=b))
        yield Case("jagged_to_padded", b, dict(L=b * POOLING, D=64, B=b, N=50))
        yield Case("sigmoid_product", b, dict(B=b * 64, D=64))
        yield Case("bucketise", b, dict(M=b, N=1024, K=32))
        yield Case("conv2d", b, dict(B=b, C=32, H=14, W=14, F=32), b * 14 * 14 * 32 * 9 * 32)
        yield Case("conv2d_f16", b, dict(B=b, C=64, H=28, W=28, F=64), b * 14 * 14 * 64 * 9 * 64, 2)
        yield Case("cross_entropy", b, dict(M=b, N=4096))
        yield Case("factorisation_machine", b, dict(B=b, N=26, E=100000, D=64), gathered=dict(table="B N"))
        yield Case("fc_int4", b, dict(M=b, K=512, N=512), vector=b * 512 * 512)
        yield Case("group_norm", b, dict(B=b, C=8, K=8, N=196))
        yield Case("hash_lookup", b, dict(B=b * POOLING, E=100000, D=64), gathered=dict(table="B"))
        yield Case("moe_gate", b, dict(M=b * POOLING, N=64))
        yield Case("multi_head_attention", b, dict(B=b // 64, C=16, N=64, K=64), 2 * b // 64 * 16 * 64**3, 2)
        yield Case("pixel_shuffle", b, dict(B=b, C=8, H=28, W=28, R=2))
        yield Case("quantise_groups", b, dict(M=b, K=4096))
        yield Case("segment_mean", b, dict(L=b * POOLING, D=64, S=b))


# Why a case is below 40 % of what bounds it, by operator: said in docs/gallery.md.
REASONS = {
    "attention": "three phases, each too short for its start: barriers and first loads (--explain: phases)",
    "dot_interaction": "core 1, which gathers the triangle from the square of all products (--profile: core 1)",
    "depthwise_conv": "core 1: 14 of each 32 lanes count (--profile: core 1)",
    "histogram": "core 1 reads and writes each of 32 tables' elements by itself: two cycles and waits for each byte of the SRAM (--profile: core 1)",
    "segment_sum": "a table of sums for each part of the terms goes through the SRAM (--explain: phases)",
    "cross_entropy": "one number per row: the exponential and the greatest element are waited for (--explain: core 1)",
    "embedding_bag_int4": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bag_int8": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bag_max": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bag_mean": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bag_sum": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bag_weighted": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "embedding_bags": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "factorisation_machine": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "fc_relu": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "fc_u8i8_per_channel": "the kernel's start, its first loads and last stores are most of so short a run (--explain: latency)",
    "gated_mlp": "three short products one after the other: starts, first loads and barriers (--explain: phases)",
    "hash_lookup": "two phases, each too short for its start: the hashes are in memory before rows are gathered (--explain: phases)",
    "moe_gate": "rows of 64 are one register group: reductions across it are waited for, and tokens are counted in two phases more (--explain: phases)",
    "multi_head_attention": "the products are of 64 x 64 and the softmax between them is core 1's (--explain: phases)",
    "segment_mean": "a table of sums for each part of the terms goes through the SRAM (--explain: phases)",
}

# Beside hand-written kernels: name, file of the description, sizes, (family, case) of bench/kernels.
PAIRS = [
    ("FC INT8", "examples/fc_relu.knyfe", dict(M=128, K=1024, N=1024), ("fc", "fc_s8s8_i8, 128 x 1024 x 1024")),
    ("FC INT8", "examples/fc_relu.knyfe", dict(M=512, K=1024, N=1024), ("fc", "fc_s8s8_i8, 512 x 1024 x 1024")),
    ("FC INT8", "examples/fc_relu.knyfe", dict(M=512, K=2048, N=2048), ("fc", "fc_s8s8_i8, 512 x 2048 x 2048")),
    ("FC FP16", "examples/fc_f16.knyfe", dict(M=128, K=1024, N=1024), ("fc", "fc_f16, 128 x 1024 x 1024")),
    ("FC FP16", "examples/fc_f16.knyfe", dict(M=512, K=1024, N=1024), ("fc", "fc_f16, 512 x 1024 x 1024")),
    ("FC FP16", "examples/fc_f16.knyfe", dict(M=512, K=2048, N=2048), ("fc", "fc_f16, 512 x 2048 x 2048")),
    ("embedding bag", "examples/embedding_bag_int8.knyfe", dict(E=100000, D=64, L=204800, B=4096),
     ("embedding_bag", "embedding_bag_u8f32_i32, 4096 bags of 50, D 64")),
    ("embedding bag", "examples/embedding_bag_int8.knyfe", dict(E=100000, D=128, L=163840, B=8192),
     ("embedding_bag", "embedding_bag_u8f32_i32, 8192 bags of 20, D 128")),
    ("embedding bag", "examples/embedding_bag_sum.knyfe", dict(E=100000, D=64, L=204800, B=4096),
     ("embedding_bag", "embedding_bag_f32_i32, 4096 bags of 50, D 64")),
    ("embedding bag", "examples/embedding_bag_sum.knyfe", dict(E=100000, D=64, L=10240, B=1024),
     ("embedding_bag", "embedding_bag_f32_i32, 1024 bags of 10, D 64")),
    ("eltwise", "bench/gallery/pairs/quantise_f32_i8.knyfe", dict(M=4096, N=1024), ("eltwise", "quantise_f32_i8, 4096 x 1024")),
    ("eltwise", "bench/gallery/pairs/quantise_f32_i8.knyfe", dict(M=32768, N=32), ("eltwise", "quantise_f32_i8, 32768 x 32")),
    ("eltwise", "bench/gallery/pairs/dequantise_i8_f32.knyfe", dict(M=4096, N=1024),
     ("eltwise", "dequantise_i8_f32, 4096 x 1024")),
    ("eltwise", "bench/gallery/pairs/tanh_f32.knyfe", dict(M=4096, N=1024), ("eltwise", "tanh_f32, 4096 x 1024")),
    ("eltwise", "bench/gallery/pairs/tanh_f16.knyfe", dict(M=4096, N=1024), ("eltwise", "tanh_f16, 4096 x 1024")),
    ("batched matmul", "examples/bmm.knyfe", dict(B=256, M=128, K=128, N=128), ("matmul", "matmul_f16_nn, 256 x 128 x 128, k 128")),
    ("batched matmul", "examples/bmm.knyfe", dict(B=64, M=256, K=512, N=256), ("matmul", "matmul_f16_nn, 64 x 256 x 256, k 512")),
]
# Why a pair is above 1.10, by its file.
PAIR_REASONS = {}
