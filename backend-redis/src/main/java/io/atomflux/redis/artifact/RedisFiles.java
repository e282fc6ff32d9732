package io.atomflux.redis.artifact;

import io.atomflux.artifact.catalog.FileParts;
import io.atomflux.artifact.catalog.FileStore;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.redis.RedisSpace;
import io.atomflux.redis.RedisSpace.Routine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Files in Redis, in parts of 512 KiB under keys of their own, found through a hash of their set.
 *
 * <p>A write has a number in that hash before its first part, and each part is one script on the condition that the number
 * still stands there: so once removing a set has begun, no late part can be added, and every part that is there is known to
 * the hash. The last part puts the file's name there.
 */
final class RedisFiles implements FileStore {

    private static final Routine WRITE = Routine.writing(RedisFiles.class, "write");
    private static final Routine REMOVE = Routine.writing(RedisFiles.class, "remove");
    private static final Routine SEAL = Routine.writing(RedisFiles.class, "seal");
    private static final Routine LIST = Routine.reading(RedisFiles.class, "list");
    private static final Routine FILE = Routine.reading(RedisFiles.class, "file");
    private static final Routine PART = Routine.reading(RedisFiles.class, "part");
    private static final Routine SETS = Routine.reading(RedisFiles.class, "sets");

    /** Bytes of a part; what a script moves in well below a millisecond. */
    static final int PART_BYTES = 512 << 10;

    /** Parts removed by one script; the server frees them on a thread of its own. */
    private static final int REMOVED_TOGETHER = 256;

    private static final int AHEAD = 2;
    private static final byte[] NOTHING = {};

    private final RedisSpace space;
    private final byte[] all;

    RedisFiles(RedisSpace space) {
        this.space = space;
        this.all = space.key("files");
    }

    private byte[] hash(String set) {
        return space.key("set:" + set);
    }

    private String partPrefix(String set) {
        return "part:" + set + ":";
    }

    private byte[] part(String set, String number, long index) {
        return space.key(partPrefix(set) + number + ":" + index);
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return Mono.defer(() -> {
            Writing writing = new Writing(set, name);
            return Mono.usingWhen(
                    Mono.just(writing),
                    begun -> begun.all(content),
                    begun -> Mono.empty(),
                    (begun, failure) -> begun.abandon().onErrorComplete(), // what is left goes with the set
                    Writing::abandon);
        });
    }

    /** One file being written: one part on its way at a time. */
    private final class Writing {
        private final String set;
        private final String name;
        private volatile String number = "";
        private volatile Mono<String> onItsWay = Mono.just("");
        private volatile boolean abandoned;

        Writing(String set, String name) {
            this.set = set;
            this.name = name;
        }

        Mono<Long> all(Publisher<ByteBuffer> content) {
            return FileParts.of(content, PART_BYTES)
                    .concatMap(
                            part -> {
                                // cached for who cleans up: a script goes on when nobody waits for it any more
                                Mono<String> sent =
                                        store(set, name, number, part).cache();
                                onItsWay = sent;
                                if (abandoned) { // by a thread that may not have seen this part
                                    return Mono.<Long>empty();
                                }
                                return sent.map(given -> {
                                    number = given;
                                    onItsWay = Mono.just(given);
                                    return part.total();
                                });
                            },
                            1)
                    .last();
        }

        /** Removes what was written, once it is known what that is. */
        Mono<Void> abandon() {
            abandoned = true;
            return onItsWay.onErrorReturn(number)
                    .filter(known -> !known.isEmpty())
                    .flatMap(known -> removing(set, known, name))
                    .then();
        }
    }

    private Mono<String> store(String set, String name, String number, FileParts.Part part) {
        List<byte[]> keys =
                number.isEmpty() ? List.of(all, hash(set)) : List.of(all, hash(set), part(set, number, part.index()));
        List<byte[]> arguments = List.of(
                text(set),
                text(name),
                text(number),
                text(Long.toString(part.index())),
                part.bytes(),
                part.last() ? text(Long.toString(part.total())) : NOTHING,
                space.key(partPrefix(set)));
        return space.apply(WRITE, keys, arguments).flatMap(answer -> switch (answer) {
            case "gone" ->
                Mono.error(new WriteFailedException(
                        space.name(),
                        Outcome.NOT_APPLIED,
                        new IllegalStateException("file set " + set + " was removed while it was written")));
            case "sealed" ->
                Mono.error(new IllegalStateException(
                        "file set " + set + ": it was sealed (expected: writes before that)"));
            case "exists" ->
                Mono.error(new IllegalStateException(
                        "file \"%s\" of set %s: it is there (expected: each name once)".formatted(name, set)));
            case "type" ->
                Mono.error(new ForeignDataException(
                        space.name(), "data of another program at a key of set " + set, "no such key"));
            default -> Mono.just(answer);
        });
    }

    @Override
    public Mono<Void> seal(String set) {
        return space.apply(SEAL, List.of(hash(set)), List.of()).then();
    }

    @Override
    public Mono<Long> remove(String set) {
        return removing(set, "", "");
    }

    private Mono<Long> removing(String set, String number, String name) {
        return Mono.defer(() -> space.apply(
                        REMOVE,
                        List.of(all, hash(set)),
                        List.of(
                                text(set),
                                text(Integer.toString(REMOVED_TOGETHER)),
                                space.key(partPrefix(set)),
                                text(number),
                                text(name))))
                .map(answer -> answer.split(" ", 2))
                .repeat()
                .takeUntil(answer -> answer[0].equals("0"))
                .map(answer -> Long.parseLong(answer[1]))
                .reduce(0L, Long::sum);
    }

    /**
     * Where a file is.
     *
     * @param size in bytes
     * @param number of the write that made it
     */
    private record Place(long size, String number) {
        static Place of(Object reply) {
            String[] words = text(reply).split(" ", 3);
            return new Place(Long.parseLong(words[0]), words[2]);
        }
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        return space.read(FILE, List.of(hash(set)), List.of(text(name)))
                .switchIfEmpty(Mono.error(() -> missing(set, name, "it is missing")))
                .map(Place::of)
                .flatMapMany(place -> {
                    long end = length > place.size() - offset ? place.size() : offset + length;
                    if (offset >= end) {
                        return Flux.<ByteBuffer>empty();
                    }
                    long first = offset / PART_BYTES;
                    long parts = (end - 1) / PART_BYTES - first + 1;
                    return indexes(first, parts)
                            .flatMapSequential(index -> part(set, name, place, index, offset, end), AHEAD, 1);
                });
    }

    private static Flux<Long> indexes(long first, long count) {
        return Flux.generate(() -> first, (next, sink) -> {
            sink.next(next);
            if (next + 1 == first + count) {
                sink.complete();
            }
            return next + 1;
        });
    }

    private Mono<ByteBuffer> part(String set, String name, Place place, long index, long offset, long end) {
        long begin = index * PART_BYTES;
        long from = Math.max(0, offset - begin);
        long to = Math.min(PART_BYTES, end - begin);
        return space.read(
                        PART,
                        List.of(part(set, place.number(), index)),
                        List.of(text(Long.toString(from)), text(Long.toString(to - 1))))
                .map(reply -> {
                    byte[] bytes = (byte[]) reply;
                    if (bytes.length != to - from) {
                        throw missing(
                                set,
                                name,
                                "%d of %d bytes at %d are there".formatted(bytes.length, to - from, begin + from));
                    }
                    return ByteBuffer.wrap(bytes);
                });
    }

    private CorruptDataException missing(String set, String name, String problem) {
        return new CorruptDataException(space.name(), "file \"%s\" of set %s".formatted(name, set), problem, null);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return space.read(LIST, List.of(hash(set)), List.of()).map(reply -> {
            List<?> flat = (List<?>) reply;
            List<StoredFile> files = new ArrayList<>(flat.size() / 2);
            for (int i = 0; i < flat.size(); i += 2) {
                files.add(new StoredFile(
                        text(Objects.requireNonNull(flat.get(i))),
                        Place.of(Objects.requireNonNull(flat.get(i + 1))).size()));
            }
            files.sort(Comparator.comparing(StoredFile::name));
            return List.copyOf(files);
        });
    }

    @Override
    public Optional<Path> folder(String set) {
        return Optional.empty();
    }

    @Override
    public Mono<List<String>> sets(String after, int limit) {
        return space.read(SETS, List.of(all), List.of(text(after), text(Integer.toString(limit))))
                .map(reply -> ((List<?>) reply).stream().map(RedisFiles::text).toList());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }

    /** Closes the space, which catalog, files and locks share. */
    @Override
    public Mono<Void> close() {
        return space.close();
    }
}
