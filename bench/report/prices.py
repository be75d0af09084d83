"""What the models of the matrix cost, where somebody has measured it."""

from bench.cost.record import CostRow
from bench.report.findings import Findings
from bench.report.markup import Html, join, paragraph, table


def prices(found: Findings) -> Html:
    """The newest measurement that holds most of the models."""
    record = found.cost
    if record is None:
        return paragraph(
            "The store holds no measurement of what these models cost; `ferbench cost` makes one."
        )
    heads = ["model", ">image size", ">parameters", ">MFLOPs", ">×", ">ms p50", ">p95", ">×"]
    heads += [">images/s", ">MiB"]
    where = record.environment.get("device_name") or record.environment.get("cpu") or "unknown"
    batches = ", ".join(str(batch) for batch in dict.fromkeys(row.batch for row in found.costs))
    said = (
        f"Measured on {where}, {record.environment.get('threads', '?')} thread(s), "
        f"{record.measured_at:%Y-%m-%d}. FLOPs and ms are of one image (p50 and p95 are "
        f"percentiles of the latency), images/s and MiB of tensors at a batch of {batches}; × is "
        "relative to the plain backbone in the same measurement."
    )
    parts = [table("Cost", heads, [_row(row) for row in found.costs]), paragraph(said, "note")]
    if found.unpriced:
        parts.append(paragraph(f"Not in it: {', '.join(found.unpriced)}.", "note"))
    return join(parts)


def _row(row: CostRow) -> list[object]:
    return [
        row.model,
        row.size,
        f"{row.parameters:,}",
        f"{row.flops / 1e6:,.1f}",
        f"{row.to_vanilla.flops:.3f}",
        f"{row.latency_ms_p50:.2f}",
        f"{row.latency_ms_p95:.2f}",
        f"{row.to_vanilla.latency:.2f}",
        f"{row.throughput:.1f}",
        f"{row.peak_memory / 2**20:.1f}",
    ]
