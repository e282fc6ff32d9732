package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.StoredRecords;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can still be read of a folder's records: from its index, newest first, and beside its files.
 *
 * <p>Holds all records, as rebuilding is rare and nothing else may run beside it.
 */
final class Salvage {

    private static final String NEW = "index-new-";
    private static final int MOST_BYTES = 32 << 20;
    private static final Bytes FIRST_KEY = Bytes.of((byte) 0);
    private static final int RECORD = 'r';
    private static final int GARBAGE = 'g';

    private final FolderPlace place;
    private final IndexFiles old;
    private final IndexFiles fresh;
    private final String store;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, StoredRecord> records = new HashMap<>();
    private final Map<String, Long> written = new HashMap<>(); // key to when the record beside the files was written
    private final Set<String> garbage = new HashSet<>();

    Salvage(FolderPlace place) throws IOException {
        this.place = place;
        this.old = new IndexFiles(place.disk, place.folder("index"), place.name(), new BlockCache(1 << 20));
        this.fresh = new IndexFiles(
                place.disk, place.folder(NEW + Current.newName()), place.name(), new BlockCache(8 << 20));
        this.store = place.id();
        for (String name : place.disk.names(place.root)) {
            if (name.startsWith(NEW)) {
                place.disk.deleteTree(place.folder(name)); // of a rebuilding that was killed
            }
        }
        readIndex();
        readFiles();
        place.disk.makeFolder(fresh.folder);
        IndexWriter.create(fresh, store, List.of());
    }

    IndexFiles index() {
        return fresh;
    }

    String store() {
        return store;
    }

    List<String> problems() {
        return problems;
    }

    Collection<StoredRecord> records() {
        return records.values();
    }

    private Current current() throws IOException {
        for (String name : List.of(Current.FILE, Current.COPY)) {
            try {
                return Current.decoded(place.name(), place.disk.content(old.folder.resolve(name), Current.MOST_BYTES));
            } catch (CorruptDataException | NoSuchFileException e) {
                problems.add(name + ": " + e.getMessage());
            }
        }
        return new Current(store, "none", List.of());
    }

    private void readIndex() throws IOException {
        Current current = current();
        List<RunFile> runs = new ArrayList<>();
        List<Cursor> cursors = new ArrayList<>();
        MemoryTable table = new MemoryTable();
        readLog(current.log(), table);
        cursors.add(table.cursor(FIRST_KEY, Long.MAX_VALUE - 1));
        try {
            for (Current.Run run : current.runs()) {
                try {
                    RunFile file = RunFile.open(place.disk, old.folder, place.name(), run, new BlockCache(1 << 20));
                    runs.add(file);
                    cursors.add(file.salvage(damage -> problems.add(String.valueOf(damage.getMessage()))));
                } catch (CorruptDataException | NoSuchFileException e) {
                    problems.add(RunFile.fileName(run.name()) + ": " + e.getMessage());
                }
            }
            Cursor all = new MergedCursor(cursors);
            for (Bytes key = all.key(); key != null; key = all.key()) {
                Bytes value = all.value();
                if (value != null) {
                    take(key, value);
                }
                all.advance();
            }
        } finally {
            for (RunFile run : runs) {
                run.release();
            }
        }
    }

    private void take(Bytes key, Bytes value) {
        String rest = key.keyText().substring(1);
        if (key.at(0) == GARBAGE) {
            garbage.add(rest);
        } else if (key.at(0) == RECORD) {
            try {
                records.put(rest, StoredRecords.read(place.name(), rest, value));
            } catch (CorruptDataException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private void readLog(String name, MemoryTable table) throws IOException {
        try (LogFile log = LogFile.open(place.disk, old.folder, place.name(), name, false)) {
            List<Bytes> keys = new ArrayList<>();
            List<Optional<Bytes>> values = new ArrayList<>();
            int damages = log.salvage(new LogFile.Sink() {
                @Override
                public void change(Bytes key, Optional<Bytes> value) {
                    keys.add(key);
                    values.add(value);
                }

                @Override
                public void committed(long end) {
                    for (int i = 0; i < keys.size(); i++) {
                        table.add(keys.get(i), values.get(i), end);
                    }
                    keys.clear();
                    values.clear();
                }

                @Override
                public void ended() {
                    // nothing is behind
                }
            });
            if (damages > 0) {
                problems.add("%s: %d damaged stretches".formatted(LogFile.fileName(name), damages));
            }
        } catch (CorruptDataException | NoSuchFileException e) {
            problems.add(LogFile.fileName(name) + ": " + e.getMessage());
        }
    }

    /** Adds records of sets that the index does not name, if it lost anything. */
    private void readFiles() throws IOException {
        if (problems.isEmpty()) {
            return;
        }
        Path files = place.folder("files");
        Set<String> named = new HashSet<>();
        for (StoredRecord record : records.values()) {
            Disk.Stamp stamp = null;
            if (record.fileSet().isPresent()) {
                String set = record.fileSet().get();
                named.add(set);
                stamp = place.disk.stamp(files.resolve(set.substring(0, 2)).resolve(set + ".json"));
            }
            // What the index has, and nothing tells the age of, stays.
            written.put(record.key(), stamp == null ? Long.MAX_VALUE : stamp.modified());
        }
        for (String two : place.disk.names(files)) {
            for (String name : place.disk.names(files.resolve(two))) {
                String set = name.endsWith(".json") ? name.substring(0, name.length() - 5) : "";
                if (!set.isEmpty()
                        && !garbage.contains(set)
                        && !named.contains(set)
                        && place.disk.kind(files.resolve(two).resolve(set)) == Disk.Kind.FOLDER) {
                    readFile(files.resolve(two).resolve(name));
                }
            }
        }
    }

    private void readFile(Path file) throws IOException {
        Disk.@Nullable Stamp stamp = place.disk.stamp(file);
        if (stamp == null) {
            return;
        }
        StoredRecord record;
        try {
            record = RecordText.read(new String(place.disk.content(file, MOST_BYTES), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            problems.add("%s: %s".formatted(place.root.relativize(file), e.getMessage()));
            return;
        }
        if (stamp.modified() > written.getOrDefault(record.key(), Long.MIN_VALUE)) {
            written.put(record.key(), stamp.modified());
            records.put(record.key(), record);
        }
    }

    /** Puts the new index in the place of the old one, which stays beside it. */
    void replace() throws IOException {
        try (Closeable lock = old.lock()) {
            for (String name : place.disk.names(fresh.folder)) {
                if (name.endsWith(".run") || name.endsWith(".log")) {
                    place.disk.move(fresh.folder.resolve(name), old.folder.resolve(name));
                }
            }
            Path damaged = place.folder("index-damaged-" + Current.newName());
            place.disk.makeFolder(damaged);
            Current current = fresh.current();
            old.publish(current);
            Set<String> needed = new HashSet<>(Set.of(LogFile.fileName(current.log())));
            current.runs().forEach(run -> needed.add(RunFile.fileName(run.name())));
            for (String name : place.disk.names(old.folder)) {
                if ((name.endsWith(".run") || name.endsWith(".log")) && !needed.contains(name)) {
                    place.disk.move(old.folder.resolve(name), damaged.resolve(name));
                }
            }
            place.disk.sync(old.folder);
        }
        place.disk.deleteTree(fresh.folder);
    }
}
