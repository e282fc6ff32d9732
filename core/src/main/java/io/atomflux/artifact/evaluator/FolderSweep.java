package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.spi.SweepReport;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Removes what nobody can need any more; under the lock, after a change left in the journal was made. */
final class FolderSweep {

    private static final Duration SCRATCH = Duration.ofHours(1);

    private FolderSweep() {}

    static SweepReport sweep(Places places, Duration retention) throws IOException {
        long now = System.currentTimeMillis();
        long sets = 0;
        long bytes = 0;
        List<String> problems = new ArrayList<>();
        for (Path hold : children(places.holds())) {
            if (until(hold) < now) {
                Files.deleteIfExists(hold);
            }
        }
        for (Path held : children(places.hidden.resolve("held"))) {
            dropUnheld(places, held.getFileName().toString());
        }
        for (Path set : children(places.sets())) {
            try {
                if (now - changed(set) >= retention.toMillis()) {
                    Path away = places.scratch().resolve(UUID.randomUUID().toString());
                    Disk.move(set, away); // gone at one instant: who wrote it will not publish a part of it
                    bytes += Disk.remove(away);
                    sets++;
                }
            } catch (IOException e) {
                problems.add("%s: %s".formatted(set.getFileName(), e.getMessage()));
            }
        }
        for (Path draft : children(places.scratch())) {
            if (now - changed(draft) >= Math.max(retention.toMillis(), SCRATCH.toMillis())) {
                Disk.remove(draft);
            }
        }
        return new SweepReport(sets, bytes, problems);
    }

    /** Removes the links to a set that nobody holds any more. */
    static void dropUnheld(Places places, String set) throws IOException {
        for (Path hold : children(places.holds())) {
            if (hold.getFileName().toString().startsWith(set + ".")) {
                return;
            }
        }
        Disk.remove(places.held(set));
    }

    private static long until(Path hold) throws IOException {
        try {
            return Long.parseLong(Files.readString(hold).strip());
        } catch (NumberFormatException | NoSuchFileException e) {
            return 0;
        }
    }

    private static long changed(Path path) throws IOException {
        long latest = 0;
        try (Stream<Path> all = Files.walk(path)) {
            for (Path one : (Iterable<Path>) all::iterator) {
                latest = Math.max(latest, Stamp.of(one).modified() / 1_000_000);
            }
        }
        return latest;
    }

    private static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(children::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return children;
    }
}
