"""Singular values and vectors of many small matrices on a GPU: one-sided Jacobi, a block each.

Columns are turned against each other until all are at right angles; their lengths are then the
singular values (Hestenes, "Inversion of Matrices by Biorthogonalization and Related Results", J.
SIAM 6, 1958). All pairs of a turn are turned at once, in the order of a round-robin tournament
(Brent & Luk, SIAM J. Sci. Stat. Comput. 6, 1985), by the smaller angle of Rutishauser.

**Unmeasured**: no GPU was had. Its meaning is tested in Triton's interpreter; ``ferbench perf
--device cuda --part decomposition`` measures it beside cuSOLVER, which is what training uses.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

#: Times that every pair is turned, at most; they end as soon as nothing turns any more.
SWEEPS = 20


def svd(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """U (…, n, n), the singular values (…, n), descending, and Vᵀ (…, n, n), as `torch.linalg.svd`.

    Where a singular value vanishes, its column of U does too.

    Parameters
    ----------
    maps : Tensor, (…, n, n)
        Finite; of any floating type that Triton has.
    """
    size = maps.shape[-1]
    columns = maps.detach().reshape(-1, size, size).mT.contiguous().clone()
    right = torch.eye(size, dtype=maps.dtype, device=maps.device).expand_as(columns).contiguous()
    if size > 1 and len(columns):
        _turn_all[(len(columns),)](
            columns,
            right,
            size=size,
            half=triton.next_power_of_2((size + 1) // 2),
            wide=triton.next_power_of_2(size),
            sweeps=SWEEPS,
            tiny=size * torch.finfo(maps.dtype).eps,
            num_warps=8,
        )
    values, order = columns.norm(dim=-1).sort(dim=-1, descending=True)
    order = order.unsqueeze(-1).expand_as(columns)
    lengths = values.unsqueeze(-1)
    left = torch.where(lengths > 0, columns.gather(1, order) / lengths, 0.0).mT
    right = right.gather(1, order)
    return left.reshape(maps.shape), values.reshape(maps.shape[:-1]), right.reshape(maps.shape)


@triton.jit  # type: ignore[untyped-decorator]  # (Triton has no types)
def _turn_all(  # type: ignore[no-untyped-def]  # (pointers: it has no types for them either)
    columns,
    vectors,
    size: tl.constexpr,
    half: tl.constexpr,
    wide: tl.constexpr,
    sweeps: tl.constexpr,
    tiny: tl.constexpr,
):
    """Turn the columns of one matrix, which are rows in memory, and the vectors along with them."""
    columns += tl.program_id(0) * size * size
    vectors += tl.program_id(0) * size * size
    players: tl.constexpr = size + size % 2  # of an odd number one sits out each turn
    pair = tl.arange(0, half)
    place = tl.arange(0, wide)[None, :]
    left_to_do = sweeps
    while left_to_do > 0:
        most = 0.0
        for turn in range(players - 1):
            # in a round robin the first stays, and all others move on by one
            first = tl.where(pair == 0, 0, (pair - 1 + turn) % (players - 1) + 1)
            second = (players - 2 - pair + turn) % (players - 1) + 1
            plays = (pair < players // 2) & (first < size) & (second < size)
            there = plays[:, None] & (place < size)
            at, by = first[:, None] * size + place, second[:, None] * size + place
            x = tl.load(columns + at, mask=there, other=0.0)
            y = tl.load(columns + by, mask=there, other=0.0)
            alpha, beta, gamma = tl.sum(x * x, 1), tl.sum(y * y, 1), tl.sum(x * y, 1)
            length = tl.sqrt(alpha) * tl.sqrt(beta)
            crooked = tl.abs(gamma) > tiny * length
            zeta = (beta - alpha) / (2 * tl.where(crooked, gamma, 1.0))
            tangent = 1 / (tl.abs(zeta) + tl.sqrt(1 + zeta * zeta))
            tangent = tl.where(crooked, tl.where(zeta < 0, -tangent, tangent), 0.0)
            cosine = (1 / tl.sqrt(1 + tangent * tangent))[:, None]
            sine = cosine * tangent[:, None]
            tl.store(columns + at, cosine * x - sine * y, mask=there)
            tl.store(columns + by, sine * x + cosine * y, mask=there)
            v = tl.load(vectors + at, mask=there, other=0.0)
            w = tl.load(vectors + by, mask=there, other=0.0)
            tl.store(vectors + at, cosine * v - sine * w, mask=there)
            tl.store(vectors + by, sine * v + cosine * w, mask=there)
            most = tl.maximum(most, tl.max(tl.where(crooked, 1.0, 0.0), 0))
            tl.debug_barrier()  # the next turn reads what other threads have written
        left_to_do = tl.where(most > 0, left_to_do - 1, 0)
