package io.atomflux.recorder.npz;

import io.atomflux.error.AtomfluxException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What is done with files; every change is a method, so that tests can stop it at any step and fill it up. */
class Disk {

    static final Disk LOCAL = new Disk();

    Disk() {}

    /** Runs blocking work for each subscription; cancelling drops its result, and lets it end. */
    static <T> Mono<T> run(String store, String action, Callable<? extends @Nullable T> work) {
        return Mono.create(sink -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            sink.onCancel(() -> cancelled.set(true));
            Schedulers.boundedElastic().schedule(() -> {
                T result = null;
                Throwable failure = null;
                try {
                    result = work.call();
                } catch (IOException e) {
                    failure = AtomfluxException.of(store, action, e);
                } catch (UncheckedIOException e) {
                    failure = AtomfluxException.of(store, action, Objects.requireNonNull(e.getCause()));
                } catch (Throwable e) { // whatever it is, else the subscriber would wait for ever
                    failure = e;
                }
                if (failure == null) {
                    sink.success(result);
                } else if (!cancelled.get()) {
                    sink.error(failure);
                }
            });
        });
    }

    FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
        return FileChannel.open(file, options);
    }

    void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += file.write(bytes, to);
        }
    }

    /** Returns when what was written survives loss of power. */
    void force(FileChannel file) throws IOException {
        file.force(false);
    }

    /** Renames at one instant; a file that is at the new name goes. */
    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes a file or an empty folder, if there is one. */
    void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    void makeFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    /** Returns when what was made, renamed and removed in a folder survives loss of power. */
    void sync(Path folder) throws IOException {
        if (java.io.File.separatorChar == '/') { // elsewhere a folder cannot be opened, and the system journals names
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Puts a small file in place of what is there, as a whole, surviving loss of power. */
    final void replace(Path file, Path temporary, byte[] content) throws IOException {
        boolean moved = false;
        try {
            try (FileChannel out = open(
                    temporary,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING))) {
                write(out, ByteBuffer.wrap(content), 0);
                force(out);
            }
            move(temporary, file);
            moved = true;
        } finally {
            if (!moved) {
                delete(temporary);
            }
        }
        sync(parent(file));
    }

    static void read(FileChannel file, ByteBuffer target, long at) throws IOException {
        long from = at;
        while (target.hasRemaining()) {
            int read = file.read(target, from);
            if (read < 0) {
                throw new EOFException("file ends at %d (expected: %d bytes more)".formatted(from, target.remaining()));
            }
            from += read;
        }
    }

    static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("%s (expected: a file in a folder)".formatted(file));
        }
        return parent;
    }

    /** Returns what is in a folder; nothing if there is none. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return new ArrayList<>(paths.toList());
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
