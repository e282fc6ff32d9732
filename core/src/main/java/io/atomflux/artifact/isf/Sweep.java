package io.atomflux.artifact.isf;

import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.SweepReport;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes what nobody needs any more: staged folders nobody writes to, replaced ones, and the {@code .deleting.} folders that
 * the framework leaves if it dies while it deletes. Blocks.
 */
final class Sweep {

    /** How the names of folders begin that are only being deleted. */
    static final String TRASH = "trash-";

    private final OpenedDatabase database;
    private final long before;
    private final List<String> problems = new ArrayList<>();
    private long sets;
    private long bytes;

    Sweep(OpenedDatabase database, Duration retention) {
        this.database = database;
        this.before = System.currentTimeMillis() - retention.toMillis();
    }

    SweepReport run() throws Exception {
        List<Path> victims = new ArrayList<>();
        database.area().exclusively(() -> {
            database.area().recover();
            staged(victims);
            return true;
        });
        for (String name : Disk.names(database.area().old())) {
            Path folder = database.area().old(name);
            if (name.startsWith(TRASH) || changed(folder) <= before && !isHeld(database, name)) {
                victims.add(folder);
            }
        }
        for (String name : Disk.names(database.area().held(""))) {
            if (name.startsWith(TRASH) ? changed(database.area().held(name)) <= before : !isHeld(database, name)) {
                Path trash = database.area()
                        .exclusively(() -> isHeld(database, name)
                                ? null
                                : IsfFileArea.aside(database, database.area().held(name)));
                if (trash != null) {
                    victims.add(trash);
                }
            }
        }
        leftOvers(victims);
        for (Path victim : victims) {
            try {
                bytes += Disk.delete(victim);
                sets++;
            } catch (IOException e) {
                problems.add("%s: %s".formatted(victim, e.getMessage()));
            }
        }
        return new SweepReport(sets, bytes, problems);
    }

    private void staged(List<Path> victims) throws IOException {
        for (String name : Disk.names(database.area().stage())) {
            Path folder = database.area().staged(name);
            if (newest(folder) <= before) {
                Path trash = IsfFileArea.aside(database, folder);
                if (trash != null) {
                    victims.add(trash);
                }
            }
        }
    }

    /** Finds what the framework has renamed and not deleted, in all databases. */
    private void leftOvers(List<Path> victims) throws Exception {
        Set<Path> folders =
                new HashSet<>(List.of(database.base(), database.area().home()));
        KeyWalk walk = new KeyWalk(database, "", "");
        for (List<KeyWalk.Found> page = walk.page(100); !page.isEmpty(); page = walk.page(100)) {
            for (KeyWalk.Found found : page) {
                if (found.state() instanceof State.Database) {
                    folders.add(database.folder(found.key()).resolve("db"));
                }
            }
        }
        for (Path folder : folders) {
            for (String name : Disk.names(folder)) {
                Path path = folder.resolve(name);
                if (name.contains(IsfKeys.DELETING) && !name.equals(HiddenArea.NAME) && changed(path) <= before) {
                    victims.add(path);
                }
            }
        }
    }

    /** Returns when a folder was changed or renamed last, as far as the file system tells. */
    private static long changed(Path path) throws IOException {
        try {
            long modified =
                    Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
            Map<String, Object> times = Files.getFileStore(path).supportsFileAttributeView("unix")
                            || path.getFileSystem()
                                    .supportedFileAttributeViews()
                                    .contains("unix")
                    ? Files.readAttributes(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS)
                    : Map.of();
            return times.get("ctime") instanceof FileTime time ? Math.max(modified, time.toMillis()) : modified;
        } catch (NoSuchFileException e) {
            return Long.MAX_VALUE;
        }
    }

    private static long newest(Path folder) throws IOException {
        long[] newest = {0};
        Disk.walk(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                newest[0] = Math.max(newest[0], attributes.lastModifiedTime().toMillis());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                newest[0] = Math.max(newest[0], attributes.lastModifiedTime().toMillis());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
                newest[0] = Long.MAX_VALUE; // it changes under our hands
                return FileVisitResult.CONTINUE;
            }
        });
        return newest[0];
    }

    /** Tells whether anybody holds a set, and removes holds that are over. */
    static boolean isHeld(OpenedDatabase database, String set) throws IOException {
        boolean held = false;
        for (String name : Disk.names(database.area().holds())) {
            if (name.startsWith(set + ".")) {
                Path file = database.area().holds().resolve(name);
                try {
                    String until = Files.readString(file);
                    if (until.isEmpty() || Long.parseLong(until) > System.currentTimeMillis()) {
                        held = true;
                    } else {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    continue; // released meanwhile
                } catch (NumberFormatException e) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return held;
    }
}
