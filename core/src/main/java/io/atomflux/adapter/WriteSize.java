package io.atomflux.adapter;

import io.atomflux.spi.Write;
import io.atomflux.value.KeyedRow;
import java.util.List;

/** Estimates the bytes a change carries. */
final class WriteSize<R extends KeyedRow<R>> implements Write.Visitor<R, Long> {

    private WriteSize() {}

    static <R extends KeyedRow<R>> long of(Write<R> write) {
        return write.accept(new WriteSize<R>());
    }

    private long sum(List<R> rows) {
        long sum = 0;
        for (R row : rows) {
            sum += row.byteSize();
        }
        return sum;
    }

    @Override
    public Long append(Write.Append<R> write) {
        return sum(write.rows());
    }

    @Override
    public Long insert(Write.Insert<R> write) {
        return sum(write.rows());
    }

    @Override
    public Long put(Write.Put<R> write) {
        return sum(write.rows());
    }

    @Override
    public Long update(Write.Update<R> write) {
        return sum(write.changes());
    }

    @Override
    public Long delete(Write.Delete<R> write) {
        return 0L;
    }

    @Override
    public Long drop(Write.Drop<R> write) {
        return 0L;
    }

    @Override
    public Long reserve(Write.Reserve<R> write) {
        return 0L;
    }

    @Override
    public Long clear(Write.Clear<R> write) {
        return 0L;
    }
}
