package io.atomflux.recorder.npz;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.Sample;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the folder while there is one, and else the file, which is unpacked once to temporary files when the first of its
 * frames is wanted. Files are not left open between reads of a folder, so that the recorder may remove them.
 */
final class NpzReader implements RecordingReader<NdArray> {

    private static final long MOST_UNPACKED = 1 << 20;

    private final Place place;
    private final long limit;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    // All guarded by the lock.
    private @Nullable Object stamp;
    private @Nullable Head head;
    private @Nullable Frames unpacked;
    private @Nullable Path folder;
    private boolean closed;

    NpzReader(Place place, long limit) {
        this.place = place;
        this.limit = limit;
    }

    private interface Work<T> {
        T of(Frames frames, Head head) throws IOException;
    }

    @Override
    public Mono<Progress> progress() {
        return Disk.run(place.name(), "reading", () -> now().progress());
    }

    private Head now() throws IOException {
        return place.read(new Place.Reading<Head>() {
            @Override
            public Head live(Head live, Path in) {
                return live;
            }

            @Override
            public Head finished(Object seen) throws IOException {
                lock.writeLock().lock();
                try {
                    return known(seen);
                } finally {
                    lock.writeLock().unlock();
                }
            }
        });
    }

    private Head known(Object seen) throws IOException {
        Head last = head;
        if (closed) {
            throw new StoreClosedException(place.name());
        } else if (last != null && seen.equals(stamp)) {
            return last;
        }
        drop(); // another file is there now
        try (NpzFile npz = NpzFile.open(place.name(), place.file)) {
            Head found = npz.head(1);
            stamp = seen;
            head = found;
            return found;
        }
    }

    private <T> T with(long from, long to, Work<T> work) throws IOException {
        return place.read(new Place.Reading<T>() {
            @Override
            public T live(Head live, Path in) throws IOException {
                check(live, from, to);
                try (Frames frames = Frames.read(place.disk, in, live)) {
                    return work.of(frames, live);
                }
            }

            @Override
            public T finished(Object seen) throws IOException {
                lock.readLock().lock();
                try {
                    Head last = head;
                    Frames frames = unpacked;
                    if (last != null && frames != null && !closed && seen.equals(stamp)) {
                        check(last, from, to);
                        return work.of(frames, last);
                    }
                } finally {
                    lock.readLock().unlock();
                }
                lock.writeLock().lock();
                try {
                    Head found = known(seen);
                    check(found, from, to);
                    return work.of(unpack(found), found);
                } finally {
                    lock.writeLock().unlock();
                }
            }
        });
    }

    private void check(Head at, long from, long to) {
        if (to > at.committed() || from > to) {
            throw new RowOutOfBoundsException(Math.max(from, to - 1), at.committed(), place.name());
        }
    }

    private Frames unpack(Head found) throws IOException {
        Frames open = unpacked;
        if (open != null) {
            return open;
        }
        Head as = found.with(found.frames(), Frames.chunk(found.frames(), found.chunk()));
        Path in = Files.createTempDirectory("atomflux-npz");
        folder = in;
        boolean done = false;
        Frames frames = Frames.temporary(place.disk, in, as);
        try (NpzFile npz = NpzFile.open(place.name(), place.file)) {
            npz.expand(frames, found, Math.min(limit, Files.getFileStore(in).getUsableSpace()));
            done = true;
        } finally {
            if (!done) {
                frames.close();
                Files.deleteIfExists(in);
                folder = null;
            }
        }
        unpacked = frames;
        return frames;
    }

    private void drop() throws IOException {
        Frames open = unpacked;
        Path in = folder;
        stamp = null;
        head = null;
        unpacked = null;
        folder = null;
        if (open != null) {
            open.close();
        }
        if (in != null) {
            Files.deleteIfExists(in);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @signals StoreChangedException if another run took the place meanwhile
     */
    @Override
    public Flux<Sample<NdArray>> read(long from, long to) {
        return Disk.run(place.name(), "reading", this::now)
                .flatMapMany(found -> pieces(found, from, Math.min(to, found.committed())))
                .concatMapIterable(some -> some, 1);
    }

    private Flux<List<Sample<NdArray>>> pieces(Head found, long from, long to) {
        if (from >= to) {
            return Flux.empty();
        }
        long step = step(found);
        return Flux.<long[], Long>generate(() -> from, (at, sink) -> {
                    long until = Math.min(to, (at / step + 1) * step);
                    sink.next(new long[] {at, until});
                    if (until == to) {
                        sink.complete();
                    }
                    return until;
                })
                .concatMap(
                        piece -> Disk.run(
                                place.name(),
                                "reading",
                                () -> with(piece[0], piece[1], (frames, now) -> {
                                    if (!now.id().equals(found.id())) {
                                        throw new StoreChangedException(place.name(), piece[0] - from);
                                    }
                                    return frames.samples(now.committed(), piece[0], piece[1]);
                                })),
                        0);
    }

    private static long step(Head head) {
        return head.layout() == null ? 64 : Frames.chunk(head.layout(), head.chunk());
    }

    @Override
    public Mono<NdArray> block(long from, long to) {
        return Disk.run(
                place.name(),
                "reading",
                () -> with(from, to, (frames, head) -> frames.block(head.committed(), from, to)));
    }

    @Override
    public Mono<NdArray> cells(long from, long to, int firstCell, int endCell) {
        return Disk.run(
                place.name(),
                "reading",
                () -> with(from, to, (frames, head) -> frames.cells(head.committed(), from, to, firstCell, endCell)));
    }

    @Override
    public Mono<NdArray> times(long from, long to) {
        return Disk.run(
                place.name(),
                "reading",
                () -> with(from, to, (frames, head) -> {
                    int length = Math.toIntExact(to - from);
                    ByteBuffer times = ByteBuffer.allocate(Math.multiplyExact(length, Double.BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN);
                    for (long at = from; at < to; at += MOST_UNPACKED / Frames.MARK) {
                        ByteBuffer marks = frames.marks(at, Math.min(to, at + MOST_UNPACKED / Frames.MARK));
                        while (marks.hasRemaining()) {
                            times.putDouble(marks.getDouble());
                            marks.getLong();
                        }
                    }
                    return NdArray.wrap(DType.FLOAT64, new int[] {length}, times.array(), 0);
                }));
    }

    @Override
    public Mono<Void> close() {
        return Disk.run(place.name(), "closing", () -> {
            lock.writeLock().lock();
            try {
                closed = true;
                drop();
            } finally {
                lock.writeLock().unlock();
            }
            return null;
        });
    }
}
