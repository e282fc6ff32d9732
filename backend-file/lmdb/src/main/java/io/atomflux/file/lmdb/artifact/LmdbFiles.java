package io.atomflux.file.lmdb.artifact;

import io.atomflux.artifact.catalog.FileStore;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Files in pieces that fill 256 pages of LMDB each, the last one less.
 *
 * <p>A piece stands under {@code d}, set (16 bytes), a random number of the file (i64), its number (i32). A head under {@code f},
 * set, name holds size and number (i64 each); it comes last, so a file whose writing failed has none.
 */
final class LmdbFiles implements FileStore {

    /** Page header and value fill whole pages. Source: overflow pages, PAGEHDRSZ of LMDB 0.9 (mdb.c). */
    private static final int PIECE = (1 << 20) - 16;

    private static final int PIECES_AT_ONCE = 4;
    private static final int REMOVED_AT_ONCE = 256;
    private static final byte HEAD = 'f';
    private static final byte DATA = 'd';
    private static final int SET = 16;

    private final String name;
    private final LmdbPlace place;
    private final SplittableRandom numbers = new SplittableRandom();

    LmdbFiles(String name, LmdbPlace place) {
        this.name = name;
        this.place = place;
    }

    private static byte[] prefix(byte space, String set) {
        return ByteBuffer.allocate(1 + SET)
                .put(space)
                .put(HexFormat.of().parseHex(set))
                .array();
    }

    private static byte[] head(String set, String file) {
        byte[] text = file.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + SET + text.length)
                .put(prefix(HEAD, set))
                .put(text)
                .array();
    }

    private static byte[] piece(String set, long number, int index) {
        return ByteBuffer.allocate(1 + SET + Long.BYTES + Integer.BYTES)
                .put(prefix(DATA, set))
                .putLong(number)
                .putInt(index)
                .array();
    }

    /** What a head holds. */
    private record Head(long size, long number) {
        static Head read(byte[] value) {
            ByteBuffer in = ByteBuffer.wrap(value);
            return new Head(in.getLong(), in.getLong());
        }

        byte[] write() {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(size)
                    .putLong(number)
                    .array();
        }
    }

    @Override
    public Mono<Long> write(String set, String file, Publisher<ByteBuffer> content) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new Upload(set, file, number())),
                upload -> upload.run(content),
                upload -> Mono.empty(),
                (upload, failure) -> upload.undo(),
                Upload::undo);
    }

    private long number() {
        synchronized (numbers) {
            return numbers.nextLong();
        }
    }

    /** One file being written. */
    private final class Upload {
        private final String set;
        private final String file;
        private final long number;
        private int pieces;
        private long size;
        private byte[] filling = new byte[0];
        private int filled;

        Upload(String set, String file, long number) {
            this.set = set;
            this.file = file;
            this.number = number;
        }

        Mono<Long> run(Publisher<ByteBuffer> content) {
            return Flux.from(content)
                    .concatMapIterable(this::full, 1)
                    .buffer(PIECES_AT_ONCE)
                    .concatMap(batch -> store(batch, false), 1)
                    .then(Mono.defer(
                            () -> store(filled == 0 ? List.of() : List.of(Arrays.copyOf(filling, filled)), true)))
                    .then(Mono.fromSupplier(() -> size));
        }

        /** Takes bytes in; returns the pieces that are full. */
        private List<byte[]> full(ByteBuffer buffer) {
            List<byte[]> full = new ArrayList<>();
            while (buffer.hasRemaining()) {
                int wanted = Math.min(buffer.remaining(), PIECE - filled);
                if (filled + wanted > filling.length) { // small files take no whole piece of memory
                    filling = Arrays.copyOf(filling, Math.min(PIECE, Math.max(filled + wanted, 2 * filling.length)));
                }
                buffer.get(filling, filled, wanted);
                filled += wanted;
                if (filled == PIECE) {
                    full.add(filling);
                    filling = new byte[0];
                    filled = 0;
                }
            }
            return full;
        }

        private Mono<Void> store(List<byte[]> batch, boolean last) {
            int first = pieces;
            pieces += batch.size();
            batch.forEach(piece -> size += piece.length);
            Head head = new Head(size, number);
            return place.write(changes -> {
                        byte[] place = head(set, file);
                        if (last && changes.find(place)) {
                            throw new IllegalStateException(
                                    "file \"%s\" of set %s: written already (expected: each name once)"
                                            .formatted(file, set));
                        }
                        for (int i = 0; i < batch.size(); i++) {
                            changes.put(piece(set, number, first + i), batch.get(i));
                        }
                        if (last) {
                            changes.put(place, head.write());
                        }
                        return true;
                    })
                    .then();
        }

        /** Removes the pieces of a file that was not finished. */
        Mono<Void> undo() {
            byte[] first = piece(set, number, 0);
            return removed(Arrays.copyOf(first, first.length - Integer.BYTES)).then();
        }
    }

    @Override
    public Mono<Void> seal(String set) {
        return Mono.empty(); // each piece was durable when it was stored
    }

    @Override
    public Mono<Long> remove(String set) {
        return removed(prefix(HEAD, set)).then(removed(prefix(DATA, set)));
    }

    /** Removes all entries that begin with some bytes, a bounded number at once; returns the bytes of their values. */
    private Mono<Long> removed(byte[] prefix) {
        return Mono.defer(() -> place.write(changes -> {
                    long bytes = 0;
                    List<byte[]> keys = new ArrayList<>();
                    for (boolean more = changes.seek(prefix);
                            more && keys.size() < REMOVED_AT_ONCE;
                            more = changes.next()) {
                        byte[] key = changes.key();
                        if (!startsWith(key, prefix)) {
                            break;
                        }
                        keys.add(key);
                        bytes += changes.size();
                    }
                    keys.forEach(changes::delete);
                    return new long[] {keys.size(), bytes};
                }))
                .repeat()
                .takeUntil(step -> step[0] < REMOVED_AT_ONCE)
                .reduce(0L, (sum, step) -> sum + step[1]);
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public Flux<ByteBuffer> read(String set, String file, long offset, long length) {
        return place.read(entries -> entries.find(head(set, file))
                        ? Optional.of(Head.read(entries.value()))
                        : Optional.<Head>empty())
                .map(head -> head.orElseThrow(() -> missing(set, file)))
                .flatMapMany(head -> {
                    long from = Math.min(offset, head.size);
                    long to = length > head.size - from ? head.size : from + length;
                    if (from == to) {
                        return Flux.empty();
                    }
                    int first = (int) (from / PIECE);
                    int last = (int) ((to - 1) / PIECE);
                    return Flux.range(first, last - first + 1)
                            .concatMap(i -> piece(set, file, head, i).map(bytes -> cut(bytes, i, from, to)), 1);
                });
    }

    private Mono<byte[]> piece(String set, String file, Head head, int index) {
        long expected = Math.min(PIECE, head.size - (long) index * PIECE);
        return place.read(entries -> {
            if (!entries.find(piece(set, head.number, index))) {
                throw missing(set, file);
            }
            if (entries.size() != expected) {
                throw new CorruptDataException(
                        name,
                        "file \"%s\" of set %s".formatted(file, set),
                        "piece %d has %d bytes, not %d".formatted(index, entries.size(), expected),
                        null);
            }
            return entries.value();
        });
    }

    private static ByteBuffer cut(byte[] piece, int index, long from, long to) {
        long start = (long) index * PIECE;
        int begin = (int) (Math.max(from, start) - start);
        int end = (int) (Math.min(to, start + piece.length) - start);
        return ByteBuffer.wrap(piece, begin, end - begin).slice();
    }

    private CorruptDataException missing(String set, String file) {
        return new CorruptDataException(name, "file \"%s\" of set %s".formatted(file, set), "it is missing", null);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        byte[] prefix = prefix(HEAD, set);
        return place.read(entries -> {
            List<StoredFile> files = new ArrayList<>();
            for (boolean more = entries.seek(prefix); more; more = entries.next()) {
                byte[] key = entries.key();
                if (!startsWith(key, prefix)) {
                    break;
                }
                String file = new String(key, prefix.length, key.length - prefix.length, StandardCharsets.UTF_8);
                files.add(new StoredFile(file, Head.read(entries.value()).size));
            }
            return files;
        });
    }

    @Override
    public Optional<Path> folder(String set) {
        return Optional.empty();
    }

    @Override
    public Mono<List<String>> sets(String after, int limit) {
        return place.read(entries -> {
            TreeSet<String> sets = new TreeSet<>(); // a set may have pieces only, or heads of empty files only
            for (byte space : new byte[] {HEAD, DATA}) {
                String last = after;
                for (int i = 0; i < limit; i++) {
                    byte[] from = last.isEmpty() ? new byte[] {space} : behind(prefix(space, last));
                    String next = entries.seek(from) ? set(entries.key(), space) : null;
                    if (next == null) {
                        break;
                    }
                    sets.add(next);
                    last = next;
                }
            }
            return sets.stream().limit(limit).toList();
        });
    }

    /** Returns the least bytes behind all that begin with some. */
    private static byte[] behind(byte[] prefix) {
        byte[] behind = prefix.clone();
        int last = behind.length - 1;
        while (behind[last] == (byte) 0xff) { // ends at the letter of the space at the latest
            last--;
        }
        behind[last]++;
        return Arrays.copyOf(behind, last + 1);
    }

    private static @Nullable String set(byte[] key, byte space) {
        return key[0] == space && key.length > SET ? HexFormat.of().formatHex(key, 1, 1 + SET) : null;
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty(); // the catalog closes the file of both
    }
}
