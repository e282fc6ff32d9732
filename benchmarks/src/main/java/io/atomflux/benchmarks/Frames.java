package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.codec.Digest;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** The frames both sides work with. */
final class Frames {

    private Frames() {}

    /** Waits for a result that is always there. */
    static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(), "result");
    }

    /** Returns the frames of a store as structures that hold plain values, so that writing them encodes each anew. */
    static List<Atoms> built(Path store) {
        AtomsIO db = AtomsIO.open(store);
        List<Atoms> built = new ArrayList<>();
        for (Atoms atoms : await(db.rows().collectList())) {
            built.add(Atoms.fromRow(Row.of(atoms.toRow().toMap())));
        }
        db.close().block();
        return built;
    }

    /** Returns the digest lines of a store as we read it. */
    static List<String> digest(Path store) {
        return digest(ObjectIO.open(store));
    }

    /** Returns the digest lines of a store as we read it, and closes it. */
    static List<String> digest(ObjectIO db) {
        try {
            return await(db.rows()
                    .indexed()
                    .map(row -> Digest.line(row.position(), row.value()))
                    .collectList());
        } finally {
            db.close().block();
        }
    }

    /** Fails unless two readers saw the same. */
    static void same(String what, List<String> ours, List<String> theirs) {
        if (ours.size() != theirs.size()) {
            throw new IllegalStateException("%s: %d rows here, %d there".formatted(what, ours.size(), theirs.size()));
        }
        for (int i = 0; i < ours.size(); i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                throw new IllegalStateException("%s differs:%n%s%n%s".formatted(what, ours.get(i), theirs.get(i)));
            }
        }
    }

    /** Returns the bytes of all files at a path. */
    static long bytes(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, java.io.IOException failure)
                        throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
