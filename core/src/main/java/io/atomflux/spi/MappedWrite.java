package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import java.util.List;
import java.util.function.Function;

/** Converts the rows of a change. */
final class MappedWrite<R extends KeyedRow<R>, S extends KeyedRow<S>> implements Write.Visitor<R, Write<S>> {

    private final Function<R, S> conversion;

    MappedWrite(Function<R, S> conversion) {
        this.conversion = conversion;
    }

    private List<S> all(List<R> rows) {
        return rows.stream().map(conversion).toList();
    }

    @Override
    public Write<S> append(Write.Append<R> write) {
        return new Write.Append<>(all(write.rows()));
    }

    @Override
    public Write<S> insert(Write.Insert<R> write) {
        return new Write.Insert<>(write.index(), all(write.rows()));
    }

    @Override
    public Write<S> put(Write.Put<R> write) {
        return new Write.Put<>(write.where(), all(write.rows()), write.expected());
    }

    @Override
    public Write<S> update(Write.Update<R> write) {
        return new Write.Update<>(write.where(), all(write.changes()), write.expected());
    }

    @Override
    public Write<S> delete(Write.Delete<R> write) {
        return new Write.Delete<>(write.where(), write.expected());
    }

    @Override
    public Write<S> drop(Write.Drop<R> write) {
        return new Write.Drop<>(write.where(), write.keys());
    }

    @Override
    public Write<S> reserve(Write.Reserve<R> write) {
        return new Write.Reserve<>(write.count());
    }

    @Override
    public Write<S> clear(Write.Clear<R> write) {
        return new Write.Clear<>();
    }
}
