package io.atomflux.artifact.isf;

import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The files of keys: staged ones in the hidden folder, published ones in the folder of their key, replaced ones in the
 * hidden folder again.
 *
 * <p>A set in use by another program is held by hard links to its files, so that it stays where it is when its key is
 * replaced.
 */
final class IsfFileArea implements FileArea {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final int PIECE = 256 << 10;
    private static final int REMEMBERED = 10_000;
    private static final int TRIES = 8;

    private final String store;
    private final Mono<OpenedDatabase> reading;
    private final Mono<OpenedDatabase> writing;
    private final boolean readOnly;
    private final Set<String> sealed = ConcurrentHashMap.newKeySet();
    private final Map<String, Path> staged = new ConcurrentHashMap<>();
    private volatile @Nullable OpenedDatabase known;
    private final Map<String, String> keys = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    });

    IsfFileArea(String store, Mono<OpenedDatabase> reading, Mono<OpenedDatabase> writing, boolean readOnly) {
        this.store = store;
        this.reading = reading;
        this.writing = writing;
        this.readOnly = readOnly;
    }

    /** Remembers where a set was seen, which spares looking for it. */
    void seen(OpenedDatabase database, String set, String key) {
        known = database;
        keys.put(set, key);
    }

    /** Forgets what was staged and is published or gone. */
    void left(String set) {
        staged.remove(set);
        sealed.remove(set);
    }

    @Override
    public Mono<String> begin() {
        return writing.flatMap(database -> Disk.run(store, "staging", () -> {
            String set = OpenedDatabase.newId();
            Path folder = database.area().staged(set);
            Files.createDirectory(folder);
            staged.put(set, folder);
            return set;
        }));
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        checked(set);
        ArtifactKey.fileName(name);
        if (KeyFolder.isReserved(name)) {
            throw new InvalidNameException("file", name, "none of the names the layout needs itself");
        }
        return writing.flatMap(database -> {
            Path folder = database.area().staged(set);
            Path file = folder.resolve(name);
            Path part = file.resolveSibling(KeyFolder.PART + OpenedDatabase.newId());
            return Mono.usingWhen(
                            Disk.run(store, "writing " + name, () -> create(set, folder, part)),
                            target -> Flux.from(content)
                                    .concatMap(
                                            buffer -> Disk.run(store, "writing " + name, () -> target.write(buffer)), 1)
                                    .then(Disk.run(store, "writing " + name, () -> target.end(file))),
                            PartFile::close)
                    .doOnDiscard(PartFile.class, PartFile::discard);
        });
    }

    private PartFile create(String set, Path folder, Path part) throws IOException {
        if (sealed.contains(set) || !Disk.isFolder(folder)) {
            throw new WriteFailedException(
                    store,
                    Outcome.NOT_APPLIED,
                    new IllegalStateException("file set " + set
                            + " is not being written any more: it was sealed, published, discarded, or swept"));
        }
        Files.createDirectories(HiddenArea.parent(part));
        return new PartFile(store, part);
    }

    @Override
    public Mono<Void> seal(String set) {
        checked(set);
        return writing.flatMap(database -> Disk.<Void>run(store, "syncing", () -> {
            Disk.syncTree(database.area().staged(set));
            Disk.sync(database.area().stage());
            sealed.add(set);
            return null;
        }));
    }

    @Override
    public Mono<Void> discard(String set) {
        checked(set);
        return writing.flatMap(database -> Disk.<Void>run(store, "discarding", () -> {
            Path trash = database.area().exclusively(() -> {
                database.area().recover(); // a replacement that has begun stands, also if it failed: it takes the set
                return aside(database, database.area().staged(set));
            });
            left(set);
            if (trash != null) {
                Disk.delete(trash);
            }
            return null;
        }));
    }

    /** Moves a folder to where nobody looks for it, to be deleted; null if it is not there. */
    static @Nullable Path aside(OpenedDatabase database, Path folder) throws IOException {
        if (!Disk.exists(folder)) {
            return null;
        }
        Path trash = database.area().old(Sweep.TRASH + OpenedDatabase.newId());
        Disk.move(folder, trash);
        return trash;
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        checked(set);
        ArtifactKey.fileName(name);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "offset %d, length %d (expected: neither negative)".formatted(offset, length));
        }
        return reading.flatMapMany(database -> Flux.usingWhen(
                        Disk.run(store, "reading " + name, () -> open(database, set, name)),
                        source -> {
                            long end = Math.min(source.size(), offset + Math.min(length, Long.MAX_VALUE - offset));
                            long pieces = Math.max(0, (end - offset + PIECE - 1) / PIECE);
                            return Flux.<Long, Long>generate(() -> 0L, (i, sink) -> {
                                        if (i < pieces) {
                                            sink.next(i);
                                        } else {
                                            sink.complete();
                                        }
                                        return i + 1;
                                    })
                                    .concatMap(
                                            i -> {
                                                long at = offset + i * PIECE;
                                                return Disk.run(
                                                        store,
                                                        "reading " + name,
                                                        () -> source.read(at, (int) Math.min(PIECE, end - at)));
                                            },
                                            1);
                        },
                        source -> Disk.<Void>run(store, "closing " + name, source::close))
                .doOnDiscard(SourceFile.class, SourceFile::discard));
    }

    /** Opens a file; its folder is that of the set before and after, so the file is the set's. */
    private SourceFile open(OpenedDatabase database, String set, String name) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            Path folder = locate(database, set);
            if (folder == null) {
                throw new CorruptDataException(
                        store, "file \"" + name + "\"", "it is missing: its set of files is gone, or was swept", null);
            }
            Path file = folder;
            for (Path part : Path.of(name)) {
                file = file.resolve(part);
                if (!Disk.isFolder(file) && !file.equals(folder.resolve(name))) {
                    break;
                }
            }
            try {
                if (!Disk.isFile(folder.resolve(name)) || !file.equals(folder.resolve(name))) {
                    throw new NoSuchFileException(name);
                }
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                if (folder.equals(locate(database, set))) {
                    return new SourceFile(store, name, channel, channel.size());
                }
                channel.close();
            } catch (NoSuchFileException e) {
                if (folder.equals(locate(database, set))) {
                    throw new CorruptDataException(store, "file \"" + name + "\"", "it is missing", e);
                }
            }
        }
        throw new IOException("its key is replaced all the time");
    }

    /** Finds the folder of a set; null if it has none. */
    private @Nullable Path locate(OpenedDatabase database, String set) throws Exception {
        Path stagedFolder = database.area().staged(set);
        if (Disk.isFolder(stagedFolder)) {
            return stagedFolder;
        }
        String key = keys.get(set);
        if (key != null && IsfKeys.isKey(key)) {
            Path folder = database.folder(key);
            if (set.equals(database.folders().set(folder))) {
                return folder;
            }
        }
        Path old = database.area().old(set);
        if (Disk.isFolder(old)) {
            return old;
        }
        Path links = database.area().held(set);
        if (Disk.isFolder(links)) {
            return links;
        }
        KeyWalk walk = new KeyWalk(database, "", "");
        for (List<KeyWalk.Found> page = walk.page(100); !page.isEmpty(); page = walk.page(100)) {
            for (KeyWalk.Found found : page) {
                if (found.state() instanceof State.Value value
                        && value.record().fileSet().equals(Optional.of(set))) {
                    Path folder = database.folder(found.key());
                    seen(database, set, found.key());
                    if (set.equals(database.folders().set(folder))) {
                        return folder;
                    }
                }
            }
        }
        return Disk.isFolder(old) ? old : null;
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        checked(set);
        return reading.flatMap(database -> Disk.run(store, "listing files", () -> {
            Path folder = locate(database, set);
            if (folder == null) {
                throw new CorruptDataException(store, "file set " + set, "it is gone, or was swept", null);
            }
            return KeyFolder.files(folder);
        }));
    }

    /** Returns the staged folder of a set begun here, or that of its links, which {@link #hold} makes. */
    @Override
    public Optional<Path> folder(String set) {
        checked(set);
        Path own = staged.get(set);
        OpenedDatabase database = known;
        return own != null || readOnly || database == null || !keys.containsKey(set)
                ? Optional.ofNullable(own)
                : Optional.of(database.area().held(set));
    }

    @Override
    public Mono<String> hold(String set, Duration duration) {
        checked(set);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration: %s (expected: not negative)".formatted(duration));
        }
        return writing.flatMap(database -> Disk.run(store, "holding files", () -> {
            String hold = OpenedDatabase.newId();
            return database.area().exclusively(() -> {
                Files.writeString(
                        database.area().holds().resolve(set + "." + hold),
                        Long.toString(Math.addExact(System.currentTimeMillis(), duration.toMillis())),
                        StandardOpenOption.CREATE_NEW);
                Path links = database.area().held(set);
                if (!Disk.isFolder(links)) {
                    Path folder = locate(database, set);
                    if (folder == null) {
                        Files.delete(database.area().holds().resolve(set + "." + hold));
                        throw new CorruptDataException(store, "file set " + set, "it is gone, or was swept", null);
                    }
                    Path beside = database.area().held(Sweep.TRASH + hold);
                    link(folder, beside);
                    Disk.move(beside, links);
                }
                return hold;
            });
        }));
    }

    private static void link(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (StoredFile file : KeyFolder.files(from)) {
            Path link = to.resolve(file.name());
            Files.createDirectories(HiddenArea.parent(link));
            try {
                Files.createLink(link, from.resolve(file.name()));
            } catch (UnsupportedOperationException | IOException e) {
                Files.copy(from.resolve(file.name()), link); // a file system without links, or too many of them
            }
        }
    }

    @Override
    public Mono<Void> release(String set, String hold) {
        checked(set);
        checked(hold);
        return writing.flatMap(database -> Disk.<Void>run(store, "releasing files", () -> {
            Path trash = database.area().exclusively(() -> {
                Files.deleteIfExists(database.area().holds().resolve(set + "." + hold));
                return Sweep.isHeld(database, set)
                        ? null
                        : aside(database, database.area().held(set));
            });
            if (trash != null) {
                Disk.delete(trash);
            }
            return null;
        }));
    }

    private static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id: \"%s\" (expected: 32 hexadecimal digits)".formatted(id));
        }
        return id;
    }

    /** A file being written beside its place; closing it before its end removes it. */
    private static final class PartFile {

        private final String store;
        private final Path part;
        private final FileChannel channel;
        private long size;
        private boolean ended;

        PartFile(String store, Path part) throws IOException {
            this.store = store;
            this.part = part;
            this.channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        synchronized boolean write(ByteBuffer buffer) throws IOException {
            if (!channel.isOpen()) {
                return false; // cancelled
            }
            ByteBuffer rest = buffer.duplicate();
            while (rest.hasRemaining()) {
                size += channel.write(rest);
            }
            return true;
        }

        synchronized long end(Path file) throws IOException {
            if (!channel.isOpen()) {
                return size; // cancelled
            }
            channel.close();
            Disk.move(part, file);
            ended = true;
            return size;
        }

        Mono<Void> close() {
            return Disk.run(store, "closing " + part.getFileName(), this::free);
        }

        /** Ends what was opened after it was not wanted any more; on the thread that opened it. */
        void discard() {
            try {
                free();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private synchronized @Nullable Void free() throws IOException {
            channel.close();
            if (!ended) {
                Files.deleteIfExists(part);
            }
            return null;
        }
    }

    /** A file being read; a read that runs is finished before it is closed. */
    private static final class SourceFile {

        private final String store;
        private final String name;
        private final FileChannel channel;
        private final long size;

        SourceFile(String store, String name, FileChannel channel, long size) {
            this.store = store;
            this.name = name;
            this.channel = channel;
            this.size = size;
        }

        long size() {
            return size;
        }

        synchronized @Nullable ByteBuffer read(long at, int length) throws IOException {
            if (!channel.isOpen()) {
                return null; // cancelled
            }
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, at + bytes.position()) < 0) {
                    throw new CorruptDataException(
                            store, "file \"" + name + "\"", "it became shorter while it was read", null);
                }
            }
            return bytes.flip();
        }

        synchronized @Nullable Void close() throws IOException {
            channel.close();
            return null;
        }

        /** Ends what was opened after it was not wanted any more; on the thread that opened it. */
        void discard() {
            try {
                close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
