package io.atomflux.mongo.artifact;

import static io.atomflux.mongo.artifact.Bson.doc;
import static io.atomflux.mongo.artifact.Place.CHUNKS;
import static io.atomflux.mongo.artifact.Place.FILES;

import io.atomflux.artifact.catalog.FileParts;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import io.atomflux.mongo.MongoSpace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Files as GridFS keeps them (MongoDB's GridFS specification), so the tools of MongoDB read them too: a document for each in
 * {@code <group>.files}, its bytes in {@code <group>.chunks}.
 *
 * <p>Not by the driver's bucket, which neither reads parts of a file nor asks again for a chunk whose reply was lost. The id of
 * a file is its set, a slash and a random text, so what failed writes left goes with the set. The document comes last.
 */
final class MongoFiles implements FileArea {

    static final int CHUNK_BYTES = 512 << 10;

    private static final Duration TOUCHED_EVERY = Duration.ofSeconds(2);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final int AHEAD = 2;
    private static final int LISTED_TOGETHER = 1000;

    private final Place place;
    private final MongoSpace space;
    private final Sets sets;

    MongoFiles(Place place, Sets sets) {
        this.place = place;
        this.space = place.space;
        this.sets = sets;
    }

    @Override
    public Mono<String> begin() {
        return place.writable()
                .then(Mono.fromSupplier(Place::random))
                .flatMap(set -> sets.begin(set).thenReturn(set));
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        checked(set);
        ArtifactKey.fileName(name);
        return Mono.defer(() -> {
            String id = set + "/" + Place.random();
            return place.writable()
                    .then(touched(set))
                    .then(refuseSecond(set, name))
                    .then(Mono.usingWhen(
                            Mono.just(id),
                            writing -> chunks(set, writing, content)
                                    .flatMap(size -> touched(set).then(finish(writing, name, size))),
                            writing -> Mono.empty(),
                            (writing, failure) -> abandon(writing).onErrorComplete(), // it goes with the set
                            this::abandon));
        });
    }

    private Mono<Void> refuseSecond(String set, String name) {
        return file(set, name)
                .flatMap(there -> Mono.error(new IllegalStateException(
                        "file \"%s\" of set %s: it is there (expected: each name once)".formatted(name, set))));
    }

    private Mono<Void> touched(String set) {
        return Mono.defer(() -> sets.touch(set))
                .switchIfEmpty(Mono.error(() -> new WriteFailedException(
                        space.name(),
                        Outcome.NOT_APPLIED,
                        new IllegalStateException("file set " + set + " is not being written any more: it was sealed,"
                                + " published, discarded, or swept as nothing was written to it for the retention"))))
                .then();
    }

    private Mono<Long> chunks(String set, String id, Publisher<ByteBuffer> content) {
        AtomicLong touched = new AtomicLong(System.nanoTime());
        return FileParts.of(content, CHUNK_BYTES)
                .concatMap(
                        part -> {
                            BsonDocument chunk = doc("_id", id + ":" + part.index(), "files_id", id)
                                    .append("n", new BsonInt32(Math.toIntExact(part.index())))
                                    .append("data", new BsonBinary(part.bytes()));
                            Mono<Void> inserted = part.bytes().length == 0
                                    ? Mono.empty()
                                    : space.insisting(() -> space.insert(CHUNKS, List.of(chunk)));
                            long now = System.nanoTime();
                            boolean due = now - touched.get() > TOUCHED_EVERY.toNanos();
                            if (due) {
                                touched.set(now);
                            }
                            return inserted.then(due ? touched(set) : Mono.<Void>empty())
                                    .thenReturn(part.total());
                        },
                        1)
                .last();
    }

    private Mono<Long> finish(String id, String name, long size) {
        return space.insisting(() -> space.now()
                .flatMap(now -> space.insert(
                        FILES,
                        List.of(doc(
                                "_id", id,
                                "length", size,
                                "chunkSize", new BsonInt32(CHUNK_BYTES),
                                "uploadDate", Bson.time(now),
                                "filename", name))))
                .thenReturn(size));
    }

    private Mono<Void> abandon(String id) {
        return space.insisting(() -> space.delete(FILES, doc("_id", id)))
                .then(space.insisting(() -> space.delete(CHUNKS, doc("files_id", id))))
                .then();
    }

    @Override
    public Mono<Void> seal(String set) {
        checked(set);
        return Mono.defer(() -> sets.seal(set))
                .switchIfEmpty(Mono.error(() -> new WriteFailedException(
                        space.name(),
                        Outcome.NOT_APPLIED,
                        new IllegalStateException("file set " + set + " is not being written any more"))))
                .then();
    }

    /** Takes the set from whoever might publish it, then removes it; a published one stays. */
    @Override
    public Mono<Void> discard(String set) {
        checked(set);
        return place.writable().then(space.insisting(() -> discarded(set)));
    }

    private Mono<Void> discarded(String set) {
        return sets.find(set).flatMap(seen -> switch (Bson.text(seen, "state")) {
            case "staged" -> swept(seen);
            case "publishing" ->
                sets.disarm(set, Bson.text(seen, "doc")).flatMap(free -> free ? swept(seen) : Mono.<Void>empty());
            case "swept" -> remove(set).then();
            default -> Mono.<Void>empty();
        });
    }

    private Mono<Void> swept(BsonDocument seen) {
        return sets.sweep(seen)
                .flatMap(mine -> mine ? remove(Bson.text(seen, "_id")).then() : discarded(Bson.text(seen, "_id")));
    }

    /** Removes the files of a set that nobody can publish any more; their size. */
    Mono<Long> remove(String set) {
        return space.find(FILES, doc("_id", of(set)))
                .map(file -> Bson.number(file, "length"))
                .reduce(0L, Long::sum)
                .flatMap(size -> space.insisting(() -> space.delete(FILES, doc("_id", of(set))))
                        .then(space.insisting(() -> space.delete(CHUNKS, doc("files_id", of(set)))))
                        .then(space.insisting(() -> space.change(
                                Place.SETS,
                                doc("_id", set, "state", "swept"),
                                doc("$set", doc("cleared", true)),
                                false)))
                        .thenReturn(size));
    }

    /** Returns the condition of ids that begin with a set and a slash; a zero comes next to the slash. */
    private static BsonDocument of(String set) {
        return doc("$gte", set + "/", "$lt", set + "0");
    }

    private Mono<BsonDocument> file(String set, String name) {
        return space.findOne(FILES, doc("_id", of(set), "filename", name));
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        checked(set);
        ArtifactKey.fileName(name);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "offset %d, length %d (expected: neither negative)".formatted(offset, length));
        }
        return file(set, name)
                .switchIfEmpty(Mono.error(() -> damaged(set, name, "it is missing")))
                .flatMapMany(file -> {
                    long size = Bson.number(file, "length");
                    long chunk = Bson.number(file, "chunkSize");
                    if (chunk < 1) {
                        return Flux.<ByteBuffer>error(damaged(set, name, "its chunk size is " + chunk));
                    }
                    long end = length > size - offset ? size : offset + length;
                    if (offset >= end) {
                        return Flux.<ByteBuffer>empty();
                    }
                    long first = offset / chunk;
                    int count = Math.toIntExact((end - 1) / chunk - first + 1);
                    return Flux.range(0, count)
                            .flatMapSequential(
                                    i -> chunk(set, name, file, first + i)
                                            .map(bytes -> cut(bytes, (first + i) * chunk, offset, end)),
                                    AHEAD,
                                    1);
                });
    }

    private Mono<byte[]> chunk(String set, String name, BsonDocument file, long n) {
        long begin = n * Bson.number(file, "chunkSize");
        long expected = Math.min(Bson.number(file, "chunkSize"), Bson.number(file, "length") - begin);
        return space.findOne(
                        CHUNKS, doc("files_id", Bson.text(file, "_id")).append("n", new BsonInt32(Math.toIntExact(n))))
                .map(chunk ->
                        chunk.getBinary("data", new BsonBinary(new byte[0])).getData())
                .filter(bytes -> bytes.length == expected)
                .switchIfEmpty(Mono.error(
                        () -> damaged(set, name, "chunk %d does not have its %d bytes".formatted(n, expected))));
    }

    private static ByteBuffer cut(byte[] bytes, long begin, long offset, long end) {
        int from = (int) Math.max(0, offset - begin);
        int to = (int) Math.min(bytes.length, end - begin);
        return ByteBuffer.wrap(bytes, from, to - from).slice();
    }

    private CorruptDataException damaged(String set, String name, String problem) {
        return new CorruptDataException(space.name(), "file \"%s\" of set %s".formatted(name, set), problem, null);
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        checked(set);
        return space.find(FILES, doc("_id", of(set)))
                .map(file -> new StoredFile(Bson.text(file, "filename"), Bson.number(file, "length")))
                .limitRate(LISTED_TOGETHER)
                .collectSortedList(Comparator.comparing(StoredFile::name));
    }

    @Override
    public Optional<java.nio.file.Path> folder(String set) {
        checked(set);
        return Optional.empty();
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        checked(set);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration: %s (expected: not negative)".formatted(duration));
        }
        return place.writable().then(Mono.defer(space::now)).flatMap(now -> {
            String hold = Place.random();
            return sets.hold(set, hold, Math.addExact(now, duration.toMillis()))
                    .switchIfEmpty(Mono.error(() -> new CorruptDataException(
                            space.name(),
                            "file set " + set,
                            "it is not published, or was swept (expected: a hold while it can be read)",
                            null)))
                    .thenReturn(hold);
        });
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        checked(set);
        checked(hold);
        return Mono.defer(() -> sets.release(set, hold));
    }

    private static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id: \"%s\" (expected: 32 hexadecimal digits)".formatted(id));
        }
        return id;
    }
}
