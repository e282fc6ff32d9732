package io.atomflux.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.artifact.catalog.FileStore;
import io.atomflux.artifact.spi.SimpleStorage;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Files in objects of a {@link SimpleStorage}, {@code data-FILE-0}, {@code data-FILE-1} …, of 1 MiB each but the last.
 *
 * <p>The catalog lists them: {@code x} set, name to the id FILE and the size; -1 while it is written, so that what a killed
 * writer left can be found. Removing makes objects empty, as a simple storage removes none.
 */
final class SimpleFiles implements FileStore {

    private static final int PART = 1 << 20;
    private static final int ID = 32;
    private static final String LISTED = "x";

    private final SimpleStorage storage;
    private final Catalog catalog;

    SimpleFiles(SimpleStorage storage, Catalog catalog) {
        this.storage = storage;
        this.catalog = catalog;
    }

    private record Listed(String name, String file, long size) {

        static Listed of(Catalog.Entry entry) {
            ByteBuffer value = entry.value().asBuffer();
            long size = value.getLong();
            String name = entry.key().keyText().substring(1 + ID);
            return new Listed(
                    name, Bytes.wrap(entry.value().toArray(), Long.BYTES, ID).keyText(), size);
        }

        Bytes value() {
            return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + ID)
                    .putLong(size)
                    .put(Bytes.ofText(file).asBuffer())
                    .array());
        }
    }

    private static Bytes key(String set, String name) {
        return Bytes.ofKey(LISTED + set + name);
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return Mono.defer(() -> {
            Listed begun = new Listed(name, Canonical.random(), -1);
            Parts parts = new Parts();
            return list(key(set, name), begun.value(), Optional.empty())
                    .then(Flux.from(content)
                            .concatMapIterable(parts::add, 1)
                            .concatWith(Flux.defer(() -> Flux.fromIterable(parts.last())))
                            .index()
                            .concatMap(part -> storage.store(object(begun.file(), part.getT1()), part.getT2()), 1)
                            .then())
                    .then(Mono.defer(() -> list(
                            key(set, name),
                            new Listed(name, begun.file(), parts.size).value(),
                            Optional.of(begun.value()))))
                    .then(Mono.fromSupplier(() -> parts.size));
        });
    }

    private Mono<Void> list(Bytes key, Bytes value, Optional<Bytes> expected) {
        Commit commit = new Commit(
                List.of(new Commit.Condition(key, expected)), List.of(new Commit.Change(key, Optional.of(value))));
        return catalog.commit(commit)
                .flatMap(done -> done
                        ? Mono.empty()
                        : Mono.error(new IllegalStateException(
                                "file \"%s\": written already, or removed (expected: each name once)"
                                        .formatted(key.keyText().substring(1 + ID)))));
    }

    private static String object(String file, long part) {
        return "data-%s-%d".formatted(file, part);
    }

    @Override
    public Mono<Void> seal(String set) {
        return Mono.empty(); // each object is durable once it is stored
    }

    @Override
    public Mono<Long> remove(String set) {
        return entries(set)
                .concatMap(entry -> {
                    Listed listed = Listed.of(entry);
                    return emptied(listed)
                            .then(Mono.defer(() -> catalog.commit(
                                    Commit.builder().delete(entry.key()).build())))
                            .thenReturn(Math.max(0, listed.size()));
                })
                .reduce(0L, Long::sum);
    }

    private Mono<Void> emptied(Listed listed) {
        Flux<Long> known = Flux.range(0, (int) ((Math.max(0, listed.size()) + PART - 1) / PART))
                .map(Integer::longValue);
        Flux<Long> unknown = Flux.<Long, Long>generate(() -> 0L, (part, sink) -> {
                    sink.next(part);
                    return part + 1;
                })
                .concatMap(
                        part -> storage.exists(object(listed.file(), part))
                                .filter(there -> there)
                                .map(there -> part)
                                .defaultIfEmpty(-1L),
                        1)
                .takeWhile(part -> part >= 0);
        return (listed.size() < 0 ? unknown : known)
                .concatMap(part -> storage.store(object(listed.file(), part), Bytes.EMPTY), 1)
                .then();
    }

    private Flux<Catalog.Entry> entries(String set) {
        Bytes from = Bytes.ofKey(LISTED + set);
        Bytes to = Bytes.ofKey(LISTED + set + "\uDCFF"); // the byte 0xff, which no name has
        return page(from, to)
                .expand(page -> page.isEmpty()
                        ? Mono.empty()
                        : page(Bytes.ofKey(page.get(page.size() - 1).key().keyText() + "\0"), to))
                .concatMapIterable(page -> page);
    }

    private Mono<List<Catalog.Entry>> page(Bytes from, Bytes to) {
        return catalog.page(from, to, 1000, 1 << 20);
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        Bytes key = key(set, name);
        return catalog.get(key)
                .map(value -> Listed.of(new Catalog.Entry(key, value)))
                .filter(listed -> listed.size() >= 0)
                .switchIfEmpty(Mono.error(() -> missing(set, name)))
                .flatMapMany(listed -> {
                    long from = Math.min(offset, listed.size());
                    long to = length > listed.size() - from ? listed.size() : from + length;
                    int first = (int) (from / PART);
                    int count = from == to ? 0 : (int) ((to - 1) / PART) - first + 1;
                    return Flux.range(first, count)
                            .<ByteBuffer>concatMap(
                                    part -> storage.retrieve(object(listed.file(), part))
                                            .switchIfEmpty(Mono.error(() -> missing(set, name)))
                                            .map(bytes -> cut(bytes, (long) part * PART, from, to)),
                                    1)
                            .filter(ByteBuffer::hasRemaining);
                });
    }

    /** Returns what of a part that begins at some place of the file lies between two others. */
    private static ByteBuffer cut(Bytes part, long start, long from, long to) {
        int begin = (int) (Math.max(from, start) - start);
        int end = (int) Math.min(to - start, part.length());
        return part.asBuffer().slice(Math.min(begin, end), Math.max(0, end - begin));
    }

    private CorruptDataException missing(String set, String name) {
        return new CorruptDataException(
                catalog.name(), "file \"%s\" of set %s".formatted(name, set), "it is missing", null);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return entries(set)
                .map(Listed::of)
                .filter(listed -> listed.size() >= 0)
                .map(listed -> new StoredFile(listed.name(), listed.size()))
                .collectList();
    }

    @Override
    public Optional<Path> folder(String set) {
        return Optional.empty();
    }

    @Override
    public Mono<List<String>> sets(String after, int limit) {
        Bytes from = Bytes.ofKey(LISTED + after + "\uDCFF");
        Bytes to = Bytes.ofKey(LISTED + "\uDCFF");
        return catalog.page(from, to, 1, 1)
                .expand(page -> page.isEmpty()
                        ? Mono.empty()
                        : catalog.page(Bytes.ofKey(LISTED + set(page) + "\uDCFF"), to, 1, 1))
                .filter(page -> !page.isEmpty())
                .map(SimpleFiles::set)
                .take(limit)
                .collectList();
    }

    private static String set(List<Catalog.Entry> page) {
        return page.get(0).key().keyText().substring(1, 1 + ID);
    }

    @Override
    public Mono<Void> close() {
        return catalog.close();
    }

    /** Cuts what comes in whatever pieces into parts. */
    private static final class Parts {
        private byte[] part = new byte[PART];
        private int filled;
        private long size;

        List<Bytes> add(ByteBuffer buffer) {
            List<Bytes> full = new ArrayList<>();
            while (buffer.hasRemaining()) {
                int count = Math.min(buffer.remaining(), PART - filled);
                buffer.get(part, filled, count);
                filled += count;
                size += count;
                if (filled == PART) {
                    full.add(Bytes.wrap(part));
                    part = new byte[PART];
                    filled = 0;
                }
            }
            return full;
        }

        List<Bytes> last() {
            return filled == 0 ? List.of() : List.of(Bytes.wrap(Arrays.copyOf(part, filled)));
        }
    }
}
