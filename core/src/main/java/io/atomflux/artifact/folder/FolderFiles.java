package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.FileStore;
import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.WriteFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Sets of files in folders: {@code files/ab/SET/NAME}, where {@code ab} are the first digits of the set.
 *
 * <p>A file is written in {@code staging} and appears under its name by renaming, when it is complete. A set is removed by moving
 * it to {@code trash} first, so that it is there whole or not at all. Every folder on the way to a file must be a folder: links
 * are not followed. {@code files/ab/SET.json}, where a program left it, is removed with its set.
 */
final class FolderFiles implements FileStore {

    private static final int READ = 256 << 10;
    private static final int AHEAD = 4;
    private static final int THREADS = 4;
    private static final int ID = 32;
    private static final AtomicLong NUMBER = new AtomicLong();

    private final FolderPlace place;
    private final Disk disk;
    private final Path sets;
    private final Path staging;
    private final Path trash;
    private final Lane lane = new Lane(THREADS);
    private final Scheduler scheduler = Schedulers.fromExecutor(lane);
    private final Scheduler listeners = Schedulers.fromExecutor(Lane.listeners());

    /** Which of the 256 folders of sets are known to survive loss of power. */
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    FolderFiles(FolderPlace place) {
        this.place = place;
        this.disk = place.disk;
        this.sets = place.folder("files");
        this.staging = place.folder("staging");
        this.trash = place.folder("trash");
    }

    private <T> Mono<T> call(String action, Lane.Call<T> call) {
        return lane.call(place.name(), action, call);
    }

    /** Runs a call on a set that is being written: what is gone meanwhile was swept. */
    private <T> Mono<T> writing(String action, Lane.Call<T> call) {
        return call(action, () -> {
            try {
                return call.run();
            } catch (NoSuchFileException swept) {
                throw new WriteFailedException(place.name(), Outcome.NOT_APPLIED, swept);
            }
        });
    }

    private Path path(String set) {
        return sets.resolve(set.substring(0, 2)).resolve(set);
    }

    /** Returns where the record of a set is kept for people, and for making a lost index again. */
    Path recordFile(String set) {
        return path(set).resolveSibling(set + ".json");
    }

    private CorruptDataException damaged(String set, String file, String problem) {
        return new CorruptDataException(place.name(), "file \"%s\" of set %s".formatted(file, set), problem, null);
    }

    /** Returns the path of a file whose folders are there and are folders; makes them if told. */
    private Path inside(String set, String name, boolean make) throws IOException {
        Path folder = path(set);
        List<Path> folders = new ArrayList<>(List.of(sets, sets.resolve(set.substring(0, 2)), folder));
        String[] parts = ArtifactKey.fileName(name).split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            folder = folder.resolve(parts[i]);
            folders.add(folder);
        }
        Path file = folder.resolve(parts[parts.length - 1]);
        if (!file.normalize().startsWith(path(set))) {
            throw damaged(set, name, "it lies outside of its set");
        }
        for (Path each : folders) {
            Disk.Kind kind = disk.kind(each);
            if (kind == Disk.Kind.NONE && make) {
                durable.remove(each);
                disk.makeFolder(each);
            } else if (kind == Disk.Kind.NONE) {
                throw damaged(set, name, "it is missing");
            } else if (kind != Disk.Kind.FOLDER) {
                throw damaged(
                        set,
                        name,
                        "%s is no folder (expected: one; links are not followed)"
                                .formatted(place.root.relativize(each)));
            }
        }
        return file;
    }

    /** Makes the folder of a set. */
    Mono<Void> begin(String set) {
        return call("making a folder", () -> {
            inside(set, "none", true);
            return null;
        });
    }

    /** Keeps a record beside the files it names. */
    Mono<Void> describe(StoredRecord record) {
        return call("writing a record", () -> {
            String set = record.fileSet().orElseThrow();
            if (disk.kind(path(set)) != Disk.Kind.FOLDER) {
                return null; // removed meanwhile, which committing the record will tell
            }
            byte[] content = RecordText.of(record).getBytes(StandardCharsets.UTF_8);
            try {
                disk.makeFolder(staging.resolve(set));
                disk.replace(recordFile(set), staging.resolve(set).resolve(Current.newName()), content);
                disk.deleteTree(staging.resolve(set));
            } catch (NoSuchFileException swept) {
                return null; // as above
            }
            return null;
        });
    }

    @Override
    public Mono<Long> write(String set, String name, Publisher<ByteBuffer> content) {
        return Mono.usingWhen(
                writing("writing a file", () -> new Staged(set, name)).doOnDiscard(Staged.class, this::unwanted),
                staged -> Flux.from(content)
                        .publishOn(scheduler, AHEAD)
                        .doOnNext(staged::write)
                        .then(writing("writing a file", staged::publish)),
                staged -> Mono.empty(),
                (staged, failure) -> call("removing what was written", staged::discard),
                staged -> call("removing what was written", staged::discard));
    }

    /** Ends a file that was begun when nobody wanted it any more. */
    private void unwanted(Staged staged) {
        var unused = call("removing what was written", staged::discard).subscribe(done -> {}, failure -> {});
    }

    /** A file that is being written. */
    private final class Staged {
        private final String set;
        private final String name;
        private final Path path;
        private final Disk.Handle file;
        private long size; // guarded by this, as the next
        private boolean ended;

        Staged(String set, String name) throws IOException {
            this.set = set;
            this.name = name;
            if (disk.kind(inside(set, name, true)) != Disk.Kind.NONE) {
                throw new IllegalStateException(
                        "file \"%s\" of set %s: written already (expected: each name once)".formatted(name, set));
            }
            place.require();
            Path folder = staging.resolve(set);
            disk.makeFolder(folder);
            this.path = folder.resolve(ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
            this.file = disk.create(path);
        }

        synchronized void write(ByteBuffer buffer) {
            if (ended) {
                return; // cancelled
            }
            int count = buffer.remaining();
            try {
                file.write(buffer, size);
            } catch (IOException e) {
                throw Exceptions.propagate(Lane.translated(place.name(), "writing a file", e));
            }
            size += count;
        }

        synchronized Long publish() throws IOException {
            if (!ended) {
                ended = true;
                file.close();
                disk.move(path, inside(set, name, true));
            }
            return size;
        }

        synchronized @Nullable Void discard() throws IOException {
            if (!ended) {
                ended = true;
                try {
                    file.close();
                } finally {
                    disk.delete(path);
                }
            }
            return null;
        }
    }

    @Override
    public Mono<Void> seal(String set) {
        return writing("making files durable", () -> {
            Path folder = path(set);
            Disk.Kind kind = disk.kind(folder);
            if (kind != Disk.Kind.NONE) {
                sync(set, folder);
                Path parent = sets.resolve(set.substring(0, 2));
                disk.sync(parent);
                if (!durable.contains(parent)) {
                    disk.sync(sets);
                    durable.add(parent);
                }
                disk.deleteTree(staging.resolve(set));
            }
            return null;
        });
    }

    private void sync(String set, Path path) throws IOException {
        switch (disk.kind(path)) {
            case FOLDER -> {
                for (String name : disk.names(path)) {
                    sync(set, path.resolve(name));
                }
                disk.sync(path);
            }
            case FILE -> {
                try (Disk.Handle file = disk.write(path)) {
                    file.force();
                }
            }
            case NONE -> {}
            case OTHER ->
                throw damaged(
                        set, path(set).relativize(path).toString(), "a link or a device (expected: a file or folder)");
        }
    }

    @Override
    public Mono<Long> remove(String set) {
        return call("removing files", () -> {
            Path folder = path(set);
            long bytes = disk.deleteTree(staging.resolve(set));
            if (disk.kind(folder) != Disk.Kind.NONE) {
                toTrash(set, folder);
            }
            disk.delete(recordFile(set));
            for (String name : disk.names(trash)) {
                if (name.startsWith(set)) {
                    bytes += disk.deleteTree(trash.resolve(name));
                }
            }
            return bytes;
        });
    }

    /** Takes a set away whole, so that not a part of it is ever seen. */
    private void toTrash(String set, Path folder) throws IOException {
        try {
            disk.move(folder, trash.resolve(set + "-" + Current.newName()));
        } catch (NoSuchFileException gone) {
            return; // another process removes it too
        }
        disk.sync(sets.resolve(set.substring(0, 2)));
    }

    @Override
    public Flux<ByteBuffer> read(String set, String name, long offset, long length) {
        return Flux.<ByteBuffer, Reading>generate(
                        () -> new Reading(open(set, name), offset, length),
                        (reading, sink) -> {
                            ByteBuffer next = reading.next();
                            if (next == null) {
                                sink.complete();
                            } else {
                                sink.next(next);
                            }
                            return reading;
                        },
                        Reading::close)
                .onErrorMap(failure -> Lane.translated(place.name(), "reading a file", Exceptions.unwrap(failure)))
                .subscribeOn(scheduler)
                .publishOn(listeners, AHEAD); // who reads may take as long as it likes between two buffers
    }

    private Disk.Handle open(String set, String name) throws IOException {
        Path file = inside(set, name, false);
        try {
            return disk.read(file);
        } catch (NoSuchFileException e) {
            throw damaged(set, name, "it is missing");
        }
    }

    private final class Reading {
        private final Disk.Handle file;
        private long at;
        private long left;

        Reading(Disk.Handle file, long offset, long length) {
            this.file = file;
            this.at = offset;
            this.left = length;
        }

        @Nullable
        ByteBuffer next() {
            try {
                long count = Math.min(READ, Math.min(left, file.size() - at));
                if (count <= 0) {
                    return null;
                }
                ByteBuffer buffer = ByteBuffer.allocate((int) count);
                int read = file.read(buffer, at);
                at += read;
                left -= read;
                return read == 0 ? null : buffer.flip();
            } catch (IOException e) {
                throw Exceptions.propagate(e);
            }
        }

        void close() {
            try {
                file.close();
            } catch (IOException e) {
                throw Exceptions.propagate(e);
            }
        }
    }

    @Override
    public Mono<List<StoredFile>> list(String set) {
        return call("listing files", () -> {
            List<StoredFile> files = new ArrayList<>();
            if (disk.kind(path(set)) == Disk.Kind.FOLDER) {
                list(path(set), "", files);
            }
            files.sort(Comparator.comparing(StoredFile::name));
            return files;
        });
    }

    private void list(Path folder, String prefix, List<StoredFile> files) throws IOException {
        for (String name : disk.names(folder)) {
            Path path = folder.resolve(name);
            if (disk.kind(path) == Disk.Kind.FOLDER) {
                list(path, prefix + name + "/", files);
            } else {
                Disk.Stamp stamp = disk.stamp(path);
                if (stamp != null) {
                    files.add(new StoredFile(prefix + name, stamp.size()));
                }
            }
        }
    }

    @Override
    public Optional<Path> folder(String set) {
        return Optional.of(path(set));
    }

    @Override
    public Mono<List<String>> sets(String after, int limit) {
        return call("listing sets", () -> {
            TreeSet<String> rest = new TreeSet<>();
            gather(staging, after, rest);
            gather(trash, after, rest);
            TreeSet<String> found = new TreeSet<>();
            int first = after.length() < 2 ? 0 : Integer.parseInt(after.substring(0, 2), 16);
            for (int digits = first; digits < 256 && found.size() < limit; digits++) {
                String name = String.format(Locale.ROOT, "%02x", digits);
                gather(sets.resolve(name), after, found);
                found.addAll(rest.headSet(name + "g"));
            }
            return found.stream().limit(limit).toList();
        });
    }

    private void gather(Path folder, String after, Collection<String> found) throws IOException {
        for (String name : disk.names(folder)) {
            if (name.length() >= ID) {
                String id = name.substring(0, ID);
                if (id.compareTo(after) > 0 && isSet(id)) {
                    found.add(id);
                }
            }
        }
    }

    private static boolean isSet(String id) {
        return id.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
