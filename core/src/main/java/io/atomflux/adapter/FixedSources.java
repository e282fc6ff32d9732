package io.atomflux.adapter;

import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sources that were given, and stay. */
final class FixedSources<R extends KeyedRow<R>> implements SourceList<R>, SourceList.Sources<R> {

    private final List<RowBackend<R>> sources;

    FixedSources(List<RowBackend<R>> sources) {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources: 0 (expected: at least 1)");
        }
        this.sources = List.copyOf(sources);
    }

    @Override
    public Class<R> rowType() {
        return sources.get(0).rowType();
    }

    @Override
    public String name() {
        return sources.get(0).name() + (sources.size() == 1 ? "" : " and " + (sources.size() - 1) + " more");
    }

    @Override
    public Mono<Sources<R>> now(boolean sizes) {
        return Mono.just(this);
    }

    @Override
    public int count() {
        return sources.size();
    }

    @Override
    public RowBackend<R> get(int index) {
        return sources.get(index);
    }

    /** Closes all; the first failure is signalled, later ones are added to it. */
    @Override
    public Mono<Void> close() {
        return Flux.fromIterable(sources).concatMapDelayError(RowBackend::close).then();
    }
}
