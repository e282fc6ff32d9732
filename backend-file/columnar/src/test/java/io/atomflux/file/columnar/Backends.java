package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Opens and uses backends of this module, waiting for each answer. */
final class Backends {

    /** What the files are called, for tests that run on each. */
    static final List<String> SUFFIXES = List.of(".zarr", ".zarrp", ".h5", ".h5p", ".h5md");

    private static final long BATCH_BYTES = 1 << 20;

    private Backends() {}

    static RowBackend<Row> open(Path path) {
        return open(path, OpenOptions.none());
    }

    @SuppressWarnings("unchecked") // these backends keep rows
    static RowBackend<Row> open(Path path, OpenOptions options) {
        return (RowBackend<Row>) new ColumnarProvider().open(Location.of(path), options);
    }

    static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block());
    }

    static long apply(RowBackend<Row> backend, Write<Row> write) {
        return get(backend.apply(write));
    }

    static List<Row> content(RowBackend<Row> backend) {
        return content(backend, Columns.ALL);
    }

    static List<Row> content(RowBackend<Row> backend, Columns columns) {
        List<Row> rows = new ArrayList<>();
        RowReader<Row> reader = backend.reader(ReadRequest.of(Selection.ALL, columns));
        Flux.usingWhen(
                        Mono.just(reader),
                        open -> Mono.defer(() -> open.next(BATCH_BYTES)).expand(batch -> open.next(BATCH_BYTES)),
                        RowReader::close)
                .doOnNext(batch -> {
                    for (int i = 0; i < batch.size(); i++) {
                        rows.add(batch.row(i));
                    }
                })
                .blockLast();
        return rows;
    }

    static void close(RowBackend<Row> backend) {
        backend.close().block();
    }

    /** Fails if the store is damaged. */
    static void requireSound(RowBackend<Row> backend) {
        assertThat(get(backend.verify().collectList())).isEmpty();
    }
}
