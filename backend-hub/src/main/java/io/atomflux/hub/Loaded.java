package io.atomflux.hub;

import io.atomflux.hub.parquet.RowGroupPlan;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A row group with the bytes of the wanted columns; for many threads. */
final class Loaded {

    private final Group group;
    private final RowGroupPlan plan;
    private final RowMaker maker;
    private final List<ByteBuffer> parts;
    private final AtomicReference<@Nullable GroupRows> parked = new AtomicReference<>();

    Loaded(Group group, RowGroupPlan plan, RowMaker maker, List<ByteBuffer> parts) {
        this.group = group.alone();
        this.plan = plan;
        this.maker = maker;
        this.parts = parts;
    }

    Group group() {
        return group;
    }

    long bytes() {
        return bytes(plan);
    }

    /** Returns how many bytes a row group takes, at least one. */
    static long bytes(RowGroupPlan plan) {
        return Math.max(1, plan.compressedBytes());
    }

    /** Begins at the first row. */
    GroupRows rows() {
        return new GroupRows(plan.open(parts), maker, group);
    }

    /** Begins at a row, taking up a reader that stopped before it if there is one. */
    GroupRows rowsFrom(long row) {
        GroupRows before = parked.getAndSet(null);
        GroupRows rows = before != null && before.next() <= row ? before : rows();
        rows.skipTo(row);
        return rows;
    }

    /** Keeps a reader for whoever wants rows behind it. */
    void park(GroupRows rows) {
        if (!rows.isDone()) {
            parked.set(rows);
        }
    }
}
