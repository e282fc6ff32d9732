package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sets of files: below {@code .atomflux/sets} while they are written and after they were replaced, in the folder of their
 * key in between.
 *
 * <p>A set is looked for where it is before and after, then where it is published, then again: it only ever moves from the
 * first to the second to the first. What was opened in the folder of a key counts if the key's record names the set and the
 * set has not been moved away, both looked at after opening: the old folder goes before the new one comes.
 */
final class FolderFiles implements FileArea {

    private static final int BUFFER = 128 << 10;
    private static final int TRIES = 50;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration TOUCH = Duration.ofSeconds(2);

    private final Places places;
    private final FolderIndex index;
    private final Mono<Void> writable;
    private final boolean readOnly;
    private final Set<String> staged = ConcurrentHashMap.newKeySet();

    FolderFiles(Places places, FolderIndex index, Mono<Void> writable, boolean readOnly) {
        this.places = places;
        this.index = index;
        this.writable = writable;
        this.readOnly = readOnly;
    }

    private <T> Mono<T> reading(String action, Callable<? extends @Nullable T> work) {
        return Disk.read(places.root.toString(), action, work);
    }

    private <T> Mono<T> changing(String action, Callable<? extends @Nullable T> work) {
        return Disk.write(places.root, places.root.toString(), action, work);
    }

    /** As {@link #changing}, and no other process changes anything meanwhile. */
    private <T> Mono<T> alone(String action, Callable<? extends @Nullable T> work) {
        return changing(action, () -> {
            try (ChangeLock lock = ChangeLock.acquire(places.lock(), LONGEST_WAIT)) {
                return work.call();
            }
        });
    }

    /** Says that a set is not its writer's any more. */
    void published(String set) {
        staged.remove(set);
    }

    @Override
    public Mono<String> begin() {
        return writable.then(reading("write files", () -> {
            String set = EntryReader.random();
            Files.createDirectory(places.set(set));
            staged.add(set);
            return set;
        }));
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        Places.checked(set);
        ArtifactKey.fileName(name);
        return writable.then(Mono.usingWhen(
                this.<Draft>reading("write file " + name, Draft::new).doOnDiscard(Draft.class, this::unwanted),
                draft -> Flux.from(content)
                        .concatMap(buffer -> reading("write file " + name, () -> draft.add(set, buffer)), 1)
                        .then(reading("write file " + name, () -> draft.finish(set, name))),
                Draft::discard));
    }

    /** Drops what was begun when nobody waited for it any more. */
    private void unwanted(Draft draft) {
        var unused = draft.discard().onErrorComplete().subscribe();
    }

    /** A file being written, outside of its set until it is whole. */
    private final class Draft {
        private final Path file = places.scratch().resolve(UUID.randomUUID().toString());
        private final FileChannel out;
        private long touched = System.nanoTime();
        private volatile boolean discarded;

        Draft() throws IOException {
            out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        }

        Boolean add(String set, ByteBuffer buffer) throws IOException {
            try {
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            } catch (ClosedChannelException e) {
                if (discarded) {
                    return false; // the caller has gone, nobody would hear of it
                }
                throw e;
            }
            if (System.nanoTime() - touched > TOUCH.toNanos()) { // so that no sweeper takes the set meanwhile
                touched = System.nanoTime();
                present(set, () -> {
                    Files.setLastModifiedTime(places.set(set), FileTime.fromMillis(System.currentTimeMillis()));
                    return true;
                });
            }
            return true;
        }

        Long finish(String set, String name) throws IOException {
            long size = out.size();
            out.close();
            present(set, () -> {
                Path target = places.file(places.set(set), name);
                Path parent = target.getParent();
                if (Disk.isFolder(places.set(set)) && parent != null) {
                    Files.createDirectories(parent);
                }
                Disk.move(file, target);
                return true;
            });
            return size;
        }

        /** Ends it; what was finished is in its set. */
        Mono<Void> discard() {
            return reading("write files", () -> {
                discarded = true;
                out.close();
                Files.deleteIfExists(file);
                return null;
            });
        }
    }

    private interface Step {
        boolean run() throws IOException;
    }

    private void present(String set, Step step) throws IOException {
        try {
            step.run();
        } catch (NoSuchFileException e) {
            throw new WriteFailedException(
                    places.root.toString(),
                    Outcome.NOT_APPLIED,
                    new IllegalStateException(
                            "file set " + set + " is not being written any more: it was published,"
                                    + " discarded, or swept as nothing was written to it for the retention",
                            e));
        }
    }

    @Override
    public Mono<Void> seal(String set) {
        Path folder = places.set(set);
        return reading("write files", () -> {
            present(set, () -> {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path path : (Iterable<Path>) all::iterator) {
                        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                                file.force(true);
                            }
                        } else if (Disk.isFolder(path)) {
                            Disk.sync(path);
                        }
                    }
                }
                Disk.sync(places.sets());
                return true;
            });
            return null;
        });
    }

    /** Removes a set begun here; on the thread of the changes, so before or after its publication. */
    @Override
    public Mono<Void> discard(String set) {
        Places.checked(set);
        return changing("discard files", () -> {
            if (staged.remove(set) && Disk.exists(places.set(set))) {
                Path away = places.scratch().resolve(UUID.randomUUID().toString());
                Disk.move(places.set(set), away);
                Disk.remove(away);
            }
            return null;
        });
    }

    // ---- reading

    /** Work on the folder of a set, which may be moved meanwhile. */
    private interface Work<T> {
        @Nullable
        T on(Path folder) throws IOException;
    }

    /** Does work where the set is, so that all of it saw the set's own files; empty if there is no such set. */
    private <T> Optional<T> where(String set, Work<T> work) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            for (Path folder : List.of(places.set(set), places.held(set))) {
                T done = Disk.isFolder(folder) ? attempt(folder, work) : null;
                if (done != null && Disk.isFolder(folder)) {
                    return Optional.of(done);
                }
            }
            Optional<String> key = index.keyOfSet(set);
            if (key.isEmpty()) {
                index.refresh();
                key = index.keyOfSet(set);
            }
            if (key.isEmpty()) {
                if (!Disk.exists(places.set(set))) {
                    return Optional.empty();
                }
                continue;
            }
            T done = attempt(places.folder(key.get()), work);
            if (isAt(set, key.get())) {
                return Optional.ofNullable(done);
            } else if (isGone(set, key.get())) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static <T> @Nullable T attempt(Path folder, Work<T> work) throws IOException {
        try {
            return Disk.isFolder(folder) ? work.on(folder) : null;
        } catch (NoSuchFileException e) {
            return null; // moved meanwhile
        }
    }

    /** Tells whether a set was in the folder of a key until now: named by its record, or about to be moved away. */
    private boolean isAt(String set, String key) throws IOException {
        Optional<Journal> journal = Journal.read(places);
        boolean there = journal.isPresent() && journal.get().movesAway(key, set) || isNamed(set, key);
        return there && !Disk.exists(places.set(set));
    }

    /** Tells whether a set is nowhere: no change is being made, so what was replaced has been moved, and was swept. */
    private boolean isGone(String set, String key) throws IOException {
        if (isNamed(set, key) || Journal.read(places).isPresent() || Disk.exists(places.set(set))) {
            return false;
        }
        index.refresh();
        return index.keyOfSet(set).equals(Optional.of(key)); // else it was renamed
    }

    private boolean isNamed(String set, String key) throws IOException {
        return index.load(key).flatMap(StoredRecord::fileSet).equals(Optional.of(set));
    }

    private CorruptDataException missing(String set, String name) {
        return new CorruptDataException(
                places.root.toString(),
                "file " + name + " of set " + set,
                "it is missing; it was removed by another program, or swept after it was replaced",
                null);
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        Places.checked(set);
        ArtifactKey.fileName(name);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "offset %d, length %d (expected: neither negative)".formatted(offset, length));
        }
        return Flux.usingWhen(
                this.<FileChannel>reading("read file " + name, () -> opened(set, name))
                        .doOnDiscard(FileChannel.class, this::unwanted),
                file -> reading("read file " + name, file::size).flatMapMany(size -> {
                    long end = Math.min(size, length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length);
                    long buffers = end <= offset ? 0 : (end - offset + BUFFER - 1) / BUFFER;
                    return Flux.<Long, Long>generate(() -> 0L, (i, sink) -> {
                                if (i < buffers) {
                                    sink.next(i);
                                } else {
                                    sink.complete();
                                }
                                return i + 1;
                            })
                            .concatMap(
                                    i -> reading("read file " + name, () -> part(file, offset + i * BUFFER, end, name)),
                                    1);
                }),
                file -> closing("read file " + name, file));
    }

    private Mono<Void> closing(String action, FileChannel file) {
        return reading(action, () -> {
            file.close();
            return null;
        });
    }

    /** Closes what was opened when nobody waited for it any more. */
    private void unwanted(FileChannel file) {
        var unused = closing("read file", file).onErrorComplete().subscribe();
    }

    private FileChannel opened(String set, String name) throws IOException {
        List<FileChannel> all = new ArrayList<>(); // also of folders that were moved before they were looked at again
        FileChannel taken = null;
        try {
            taken = where(set, folder -> {
                        FileChannel file = FileChannel.open(
                                places.file(folder, name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                        all.add(file);
                        return file;
                    })
                    .orElseThrow(() -> missing(set, name));
            return taken;
        } finally {
            for (FileChannel file : all) {
                if (file != taken) {
                    file.close();
                }
            }
        }
    }

    private ByteBuffer part(FileChannel file, long at, long end, String name) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, end - at));
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new CorruptDataException(
                        places.root.toString(), "file " + name, "it became shorter while it was read", null);
            }
        }
        return buffer.flip();
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        Places.checked(set);
        return reading(
                "list files",
                () -> where(set, EntryReader::listing)
                        .map(listing -> listing.sizes().entrySet().stream()
                                .map(file -> new StoredFile(file.getKey(), file.getValue()))
                                .toList())
                        .orElse(List.of()));
    }

    /**
     * Returns the folder of a set begun here; of others the one that a hold makes of links, as the folder of a key may be
     * another set's at any time.
     */
    @Override
    public Optional<Path> folder(String set) {
        Places.checked(set);
        return staged.contains(set)
                ? Optional.of(places.set(set))
                : readOnly ? Optional.empty() : Optional.of(places.held(set));
    }

    /** Links the files of a set into a folder that nobody moves; copies them where the file system has no links. */
    @Override
    public Mono<String> hold(String set, Duration duration) {
        Places.checked(set);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration: %s (expected: not negative)".formatted(duration));
        }
        if (readOnly) {
            return Mono.fromSupplier(EntryReader::random); // nothing can be kept; read through, or copied
        }
        return writable.then(alone("hold files", () -> {
            String hold = EntryReader.random();
            long until = System.currentTimeMillis() + Math.min(duration.toMillis(), Long.MAX_VALUE >> 2);
            Files.writeString(places.holds().resolve(set + "." + hold), Long.toString(until));
            if (!Disk.isFolder(places.held(set))) {
                Path draft = places.scratch().resolve(UUID.randomUUID().toString());
                Optional<Boolean> linked = where(set, folder -> {
                    Disk.remove(draft);
                    Files.createDirectory(draft);
                    for (String name : EntryReader.listing(folder).sizes().keySet()) {
                        link(places.file(folder, name), draft.resolve(name));
                    }
                    return true;
                });
                if (linked.isEmpty()) {
                    Files.deleteIfExists(places.holds().resolve(set + "." + hold));
                    throw missing(set, "*");
                }
                Disk.move(draft, places.held(set));
            }
            return hold;
        }));
    }

    private static void link(Path file, Path link) throws IOException {
        Path parent = link.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createLink(link, file);
        } catch (UnsupportedOperationException e) {
            Files.copy(file, link, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        Places.checked(set);
        Places.checked(hold);
        if (readOnly) {
            return Mono.empty();
        }
        return alone("release files", () -> {
            Files.deleteIfExists(places.holds().resolve(set + "." + hold));
            FolderSweep.dropUnheld(places, set);
            return null;
        });
    }
}
