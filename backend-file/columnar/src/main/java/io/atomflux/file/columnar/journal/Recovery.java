package io.atomflux.file.columnar.journal;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finishes what writers that died had committed, and takes away what they left.
 *
 * <p>The caller holds the lock of the store: exclusively, except to {@link #overlay}.
 */
final class Recovery {

    /** Of the files in a folder, those that are small describe it and change with every commit of any program. */
    private static final long SMALL = 64 << 10;

    private static final int MOST_CONFLICTS = 100;

    private final Disk disk;
    private final Places places;
    private final String store;

    Recovery(Disk disk, Places places, String store) {
        this.disk = disk;
        this.places = places;
        this.store = store;
    }

    /** Tells whether there is a journal. */
    boolean isPending() throws IOException {
        return disk.kind(places.journal()) != Disk.Kind.NONE;
    }

    /**
     * Applies the journal that is there, if it was committed.
     *
     * @throws CorruptDataException if it cannot be applied as somebody else changed the same; it lies aside then
     */
    void run(Marks marks) throws IOException {
        if (!isPending()) {
            return;
        }
        if (disk.kind(places.journal()) != Disk.Kind.FILE || JournalFile.isForeign(disk, places.journal())) {
            throw conflict(null, "is not a journal of this library");
        }
        try (JournalFile journal = JournalFile.open(disk, places.journal())) {
            if (journal != null && !isOld(journal, marks)) {
                // Its writer may have died before it was synced: what is applied must not outlive it.
                disk.syncFile(places.journal());
                disk.sync(places.folder());
                String misfit = misfit(journal);
                if (!misfit.isEmpty()) {
                    throw conflict(journal, misfit);
                }
                apply(journal.changes(), journal.handle());
                marks.apply(journal.number());
            }
        } catch (JournalFile.Nonsense e) {
            throw conflict(null, "has " + e.getMessage());
        }
        drop();
    }

    /** Removes the journal, which was applied or never committed. */
    void drop() throws IOException {
        disk.delete(places.journal());
        disk.sync(places.folder());
    }

    /** A journal whose removal did not survive loss of power would take back what was committed after it. */
    private static boolean isOld(JournalFile journal, Marks marks) throws IOException {
        return journal.mark() != 0 && journal.mark() == marks.mark() && journal.number() <= marks.applied();
    }

    /** Takes away what writers that died had not committed. */
    void sweep() throws IOException {
        disk.deleteTree(places.rewrite());
        disk.deleteTree(places.trash());
        disk.delete(places.created());
        disk.delete(places.draft());
    }

    /** Takes the store away at one instant, then all that lies beside it but the lock file. */
    void remove() throws IOException {
        if (disk.kind(places.root()) != Disk.Kind.NONE) {
            disk.move(places.root(), places.trash());
            disk.sync(places.folder());
            disk.deleteTree(places.trash());
        }
        for (int number = 1; number <= MOST_CONFLICTS; number++) {
            disk.delete(places.conflict(number));
            disk.deleteTree(places.conflictData(number));
        }
        disk.sync(places.folder());
    }

    /**
     * Reads the journal that is there without applying it.
     *
     * @return null if there is none to be laid over the files; changes that were made already are taken out
     */
    @Nullable
    JournalFile overlay(Marks marks) throws IOException {
        if (!isPending()
                || disk.kind(places.journal()) != Disk.Kind.FILE
                || JournalFile.isForeign(disk, places.journal())) {
            return null;
        }
        JournalFile journal;
        try {
            journal = JournalFile.open(disk, places.journal());
        } catch (JournalFile.Nonsense e) {
            throw refused(null, "has " + e.getMessage());
        }
        if (journal == null) {
            return null;
        }
        boolean kept = false;
        try {
            if (isOld(journal, marks)) {
                return null;
            }
            String misfit = misfit(journal);
            if (!misfit.isEmpty()) {
                throw refused(journal, misfit);
            }
            Changes changes = journal.changes();
            if (disk.kind(places.rewrite()) == Disk.Kind.NONE) {
                changes.adopt(null);
            }
            if (disk.kind(places.created()) == Disk.Kind.NONE) {
                changes.contents.values().removeIf(content -> content instanceof CreatedContent);
            }
            kept = true;
            return journal;
        } finally {
            if (!kept) {
                journal.close();
            }
        }
    }

    /** Makes changes that are committed, synced, as often as need be. */
    void apply(Changes changes, Disk.Handle journal) throws IOException {
        TreeSet<Path> folders = new TreeSet<>();
        for (String path : changes.deleted) {
            disk.deleteTree(places.of(path));
            folders.add(parent(path));
        }
        Changes.Adoption adoption = changes.adoption();
        if (adoption != null) {
            folders.add(adopt(adoption.path()));
        }
        for (Map.Entry<String, Content> content : changes.contents.entrySet()) {
            Path file = places.of(content.getKey());
            makeFolders(disk, parent(content.getKey()), folders);
            content.getValue().apply(disk, file, journal);
            folders.add(parent(content.getKey()));
        }
        for (Path folder : folders) {
            if (disk.kind(folder) == Disk.Kind.FOLDER) {
                disk.sync(folder);
            }
        }
        disk.deleteTree(places.trash());
    }

    private Path parent(String path) {
        return path.isEmpty() ? places.folder() : places.of(Places.parent(path));
    }

    /** Makes a folder and those above it; adds the folders in which one was made. */
    static void makeFolders(Disk disk, Path folder, TreeSet<Path> changed) throws IOException {
        Path parent = folder.getParent();
        if (disk.kind(folder) == Disk.Kind.NONE && parent != null) {
            makeFolders(disk, parent, changed);
            disk.makeFolder(folder);
            changed.add(parent);
        }
    }

    private Path adopt(String path) throws IOException {
        Path place = places.of(path);
        Path folder = parent(path);
        if (disk.kind(places.rewrite()) != Disk.Kind.NONE) {
            if (disk.kind(place) == disk.kind(places.rewrite())) {
                disk.keepPermissions(place, places.rewrite());
            }
            if (disk.kind(place) == Disk.Kind.FOLDER || disk.kind(places.rewrite()) == Disk.Kind.FOLDER) {
                if (disk.kind(place) != Disk.Kind.NONE) {
                    disk.deleteTree(places.trash());
                    disk.move(place, places.trash());
                    disk.sync(folder);
                    disk.sync(places.folder());
                }
            }
            makeFolders(disk, folder, new TreeSet<>());
            disk.move(places.rewrite(), place);
        }
        disk.sync(places.folder());
        return folder;
    }

    /** Tells which file is neither as it was before the change nor as it shall be; empty if none. */
    private String misfit(JournalFile journal) throws IOException {
        Changes changes = journal.changes();
        for (Map.Entry<String, Content> content : changes.contents.entrySet()) {
            String path = content.getKey();
            if (isBehindLink(path)
                    || !content.getValue().fits(disk, places.of(path), journal.handle(), changes.vanishes(path))) {
                return "changes %s, which is neither as before nor as after it".formatted(shown(path));
            }
        }
        for (String path : changes.deleted) {
            if (isBehindLink(path)) {
                return "removes %s, which is behind a symbolic link".formatted(shown(path));
            }
        }
        Changes.Adoption adoption = changes.adoption();
        if (adoption != null) {
            boolean waits = disk.kind(places.rewrite()) != Disk.Kind.NONE;
            String now = witness(places.of(adoption.path()));
            boolean fits = waits
                    ? (now.equals(Digests.NONE) || now.equals(adoption.before()))
                            && witness(places.rewrite()).equals(adoption.after())
                    : now.equals(adoption.after());
            if (isBehindLink(adoption.path()) || !fits) {
                return "replaces %s, which is not as before it".formatted(shown(adoption.path()));
            }
        }
        return "";
    }

    private static String shown(String path) {
        return path.isEmpty() ? "the whole store" : "\"" + path + "\"";
    }

    private boolean isBehindLink(String path) throws IOException {
        for (String at = path; !at.isEmpty(); ) {
            at = Places.parent(at);
            if (disk.kind(places.of(at)) == Disk.Kind.OTHER) {
                return true;
            }
        }
        return false;
    }

    /** Digests what tells whether somebody else changed a file or a folder, without reading all of it. */
    String witness(Path place) throws IOException {
        MessageDigest digest = Digests.sha256();
        Disk.Kind kind = disk.kind(place);
        if (kind == Disk.Kind.FILE) {
            digest.update(
                    ByteBuffer.allocate(8).putLong(0, disk.modified(place)).array());
            digest(digest, "", place, Long.MAX_VALUE);
        } else if (kind == Disk.Kind.FOLDER) {
            for (String name : new TreeSet<>(disk.names(place))) {
                if (disk.kind(place.resolve(name)) == Disk.Kind.FILE) {
                    digest(digest, name, place.resolve(name), SMALL);
                }
            }
        } else {
            return Digests.NONE;
        }
        return Digests.hex(digest);
    }

    private void digest(MessageDigest digest, String name, Path file, long most) throws IOException {
        try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
            long size = handle.size();
            String head = size > most ? "" : Digests.of(handle, 0, Math.min(size, SMALL));
            digest.update((name + "/" + size + "/" + head + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private CorruptDataException refused(@Nullable JournalFile journal, String problem) {
        return new CorruptDataException(
                store,
                String.valueOf(places.journal().getFileName()),
                told(journal, problem) + "; open the store for writing once, which puts the journal aside",
                null);
    }

    private static String told(@Nullable JournalFile journal, String problem) {
        return journal == null
                ? "the journal " + problem
                : "the journal of a change (%s) %s: somebody who does not know the journal wrote in between"
                        .formatted(journal.what(), problem);
    }

    /** Puts the journal aside, with what it would have put in place. */
    private CorruptDataException conflict(@Nullable JournalFile journal, String problem) throws IOException {
        int number = 1;
        while (disk.kind(places.conflict(number)) != Disk.Kind.NONE) {
            if (++number > MOST_CONFLICTS) {
                throw refused(journal, problem + ", and there are %d such beside it".formatted(MOST_CONFLICTS));
            }
        }
        if (journal != null) {
            for (Path data : new Path[] {places.rewrite(), places.created()}) {
                if (disk.kind(data) != Disk.Kind.NONE && disk.kind(places.conflictData(number)) == Disk.Kind.NONE) {
                    disk.move(data, places.conflictData(number));
                }
            }
            for (String path : journal.changes().contents.keySet()) {
                if (!isBehindLink(path)) {
                    disk.delete(Places.temporary(places.of(path)));
                }
            }
        }
        disk.move(places.journal(), places.conflict(number));
        disk.sync(places.folder());
        return new CorruptDataException(
                store,
                String.valueOf(places.journal().getFileName()),
                "%s; it was not applied and is kept as %s, the store is used as it stands"
                        .formatted(told(journal, problem), places.conflict(number)),
                null);
    }
}
