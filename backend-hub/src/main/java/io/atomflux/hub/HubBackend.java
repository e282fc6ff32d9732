package io.atomflux.hub;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.catalog.DataFile;
import io.atomflux.hub.catalog.Dataset;
import io.atomflux.hub.catalog.DatasetRequest;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A dataset, pinned to the commit that the first call finds. */
final class HubBackend implements RowBackend<Row> {

    /**
     * Decoding takes processors, not time: as many threads as there are, for all datasets. They are none of Reactor's that
     * must not block, as decoders load their natives from files. Whichever is free takes what waits longest: none waits for
     * the one that hands rows to somebody.
     */
    private static final Scheduler DECODING = Schedulers.fromExecutorService(
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), HubBackend::thread));

    private static final int SHOWN_DIGITS = 8;

    /** What the first call found. */
    private record Pinned(Dataset dataset, HubLink link) {}

    private final String name;
    private final DatasetRequest request;
    private final HubOptions options;
    private final Optional<ColumnMapping> given;
    private final AtomicReference<@Nullable HubLink> opened = new AtomicReference<>();
    private final AtomicReference<@Nullable String> commit = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Mono<HubLink> link;
    private final Mono<Pinned> pinned;
    private final Mono<Engine> engine;
    private final Mono<Void> closing;

    HubBackend(
            String name,
            DatasetRequest request,
            HubOptions options,
            Optional<ColumnMapping> mapping,
            Mono<HubLink> opener) {
        this.name = name;
        this.request = request;
        this.options = options;
        this.given = mapping;
        this.link = opener.flatMap(this::kept).cacheInvalidateIf(any -> false);
        this.pinned = link.flatMap(open -> open.catalog().find(request).map(found -> new Pinned(found, open)))
                .doOnNext(found -> commit.set(found.dataset.commit()))
                .cacheInvalidateIf(any -> false);
        this.engine = pinned.flatMap(this::engineFor).cacheInvalidateIf(any -> false);
        this.closing = Mono.defer(() -> {
                    HubLink open = opened.get();
                    return open == null ? Mono.<Void>empty() : open.client().close();
                })
                .cache();
    }

    private Mono<HubLink> kept(HubLink link) {
        opened.set(link);
        return closed.get() ? link.client().close().then(Mono.error(new StoreClosedException(name))) : Mono.just(link);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "atomflux-hub-decoder");
        thread.setDaemon(true);
        return thread;
    }

    private Mono<Engine> engineFor(Pinned found) {
        List<DataFile> files = found.dataset.files();
        boolean lines = !files.isEmpty() && files.get(0).format() == DataFile.Format.JSON_LINES;
        return lines ? linesEngine(found) : parquetEngine(found);
    }

    private Mono<Engine> parquetEngine(Pinned found) {
        List<Shard> list = new ArrayList<>();
        for (DataFile file : found.dataset.files()) {
            list.add(new Shard(nameOf(found.dataset, file), sourceOf(found, file), DECODING));
        }
        Shards shards = new Shards(list, options.parallel());
        if (given.isPresent() || list.isEmpty()) {
            return Mono.just(new ParquetEngine(name, shards, given.orElse(ColumnMapping.NONE), options, DECODING));
        }
        return shards.footer(0)
                .map(footer -> new ParquetEngine(name, shards, guessed(footer.columns()), options, DECODING));
    }

    private Mono<Engine> linesEngine(Pinned found) {
        List<LineShard> list = new ArrayList<>();
        for (DataFile file : found.dataset.files()) {
            list.add(new LineShard(nameOf(found.dataset, file), sourceOf(found, file)));
        }
        LinesEngine raw = new LinesEngine(name, list, given.orElse(ColumnMapping.NONE), options, DECODING);
        if (given.isPresent()) {
            return Mono.just(raw);
        }
        return raw.get(0, Columns.ALL)
                .map(first -> guessed(first.keys()))
                .onErrorReturn(RowOutOfBoundsException.class, ColumnMapping.NONE)
                .map(mapping -> raw.with(mapping));
    }

    private ColumnMapping guessed(List<String> columns) {
        return ColumnMapping.guess(columns)
                .orElseThrow(() -> new InvalidOptionException(
                        "mapping",
                        "missing, and the columns of %s do not tell what they are (columns: %s); e.g."
                                        .formatted(name, String.join(", ", columns))
                                + " mapping=positions=COLUMN,numbers=COLUMN,calc.energy=COLUMN, or mapping=none for rows as"
                                + " they are"));
    }

    private static String nameOf(Dataset dataset, DataFile file) {
        return "%s@%s/%s".formatted(dataset.id(), dataset.commit().substring(0, SHOWN_DIGITS), file.path());
    }

    private Mono<ByteSource> sourceOf(Pinned found, DataFile file) {
        return found.link.catalog().open(found.dataset, file, !options.streaming());
    }

    /** Does something with the dataset, unless this is closed. */
    private <T> Mono<T> open(Function<Engine, Mono<T>> work) {
        return Mono.defer(() -> closed.get() ? Mono.error(new StoreClosedException(name)) : engine.flatMap(work));
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public Mono<Long> size() {
        return open(Engine::size);
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return open(rows -> rows.get(index, columns));
    }

    @Override
    public RowReader<Row> reader(ReadRequest rows) {
        return new Reader(rows);
    }

    /**
     * Tells repository and commit, and what else decides which rows there are: what was asked for, and the mapping.
     *
     * <p>Before anything is read that costs one request, or none if a commit was asked for; then it is the commit that is read.
     */
    @Override
    public Mono<String> etag() {
        return Mono.defer(() -> closed.get() ? Mono.error(new StoreClosedException(name)) : commit())
                .map(commit -> "%s@%s?config=%s&split=%s&data_files=%s&data_dir=%s&converted=%s&mapping=%s"
                        .formatted(
                                request.id(),
                                commit,
                                request.configuration().orElse(""),
                                request.split().orElse(""),
                                String.join(",", request.dataFiles()),
                                request.dataDir().orElse(""),
                                request.converted(),
                                given.map(ColumnMapping::toString).orElse("guessed")));
    }

    @Override
    public Mono<Integer> blockRows() {
        return open(Engine::blockRows);
    }

    private Mono<String> commit() {
        String found = commit.get();
        return found != null
                ? Mono.just(found)
                : link.flatMap(open -> open.catalog().commit(request));
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            closed.set(true);
            return closing;
        });
    }

    @Override
    public String toString() {
        return "HubBackend[" + name + ", " + request.revision() + "]";
    }

    /** Reads through the engine's reader, begun with the first batch; closed once, whatever a cancelled batch still does. */
    private final class Reader implements RowReader<Row> {

        private final ReadRequest rows;
        private @Nullable RowReader<Row> begun; // guarded by this
        private boolean over; // guarded by this

        Reader(ReadRequest rows) {
            this.rows = rows;
        }

        @Override
        public Mono<Batch<Row>> next(long maxBytes) {
            return open(found -> begun(found).next(maxBytes));
        }

        private synchronized RowReader<Row> begun(Engine found) {
            if (over) {
                throw new CancellationException("this stream of " + name + " was closed");
            }
            RowReader<Row> reader = begun;
            if (reader == null) {
                reader = found.reader(rows);
                begun = reader;
            }
            return reader;
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> {
                RowReader<Row> reader;
                synchronized (this) {
                    over = true;
                    reader = begun;
                    begun = null;
                }
                return reader == null ? Mono.empty() : reader.close();
            });
        }
    }
}
