package io.atomflux.artifact.isf;

import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.isf.KeyFolder.State;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.InvalidNameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one change of a database: the whole folder of a key takes its place, or leaves it, by being renamed. Blocks.
 *
 * <p>A new key and a deletion are one rename. A replacement is two, and an intent that is durable before the first: what
 * dies between them is ended by whoever changes the database next, and readers see the old value until then.
 */
final class KeyCommit {

    private final OpenedDatabase database;
    private final HiddenArea area;
    private final Steps steps;
    private final IsfFileArea files;

    KeyCommit(OpenedDatabase database, IsfFileArea files) {
        this.database = database;
        this.area = database.area();
        this.steps = database.steps();
        this.files = files;
    }

    CommitOutcome outcome(RecordChange change) throws Exception {
        if (change instanceof RecordChange.Put put) {
            StoredRecord prepared = prepared(put.record());
            return locked(() -> put(prepared, put.expected()));
        } else if (change instanceof RecordChange.Delete delete) {
            return locked(() -> delete(delete.key(), delete.expected()));
        }
        RecordChange.Rename rename = (RecordChange.Rename) change;
        return locked(() -> rename(rename.record(), rename.from(), rename.expected()));
    }

    private interface Work {
        CommitOutcome run() throws Exception;
    }

    private CommitOutcome locked(Work work) throws Exception {
        return area.exclusively(() -> {
            area.recover();
            return work.run();
        });
    }

    /** Makes a staged folder one that the framework reads, which takes time and needs no lock. */
    private StoredRecord prepared(StoredRecord given) throws IOException {
        IsfKeys.parts(given.key());
        String set = given.fileSet().orElseGet(OpenedDatabase::newId);
        Path staged = area.staged(set);
        if (given.fileSet().isEmpty()) {
            Files.createDirectory(staged);
        } else if (!Disk.isFolder(staged)) {
            return given; // swept, or published already
        }
        try {
            return prepared(given, set, staged);
        } catch (NoSuchFileException e) {
            if (Disk.isFolder(staged)) {
                throw e;
            }
            // swept at this moment, as what stood still for the retention is; committing will tell
            return new StoredRecord(
                    given.key(), given.revision(), given.identity(), given.terms(), given.manifest(), Optional.of(set));
        }
    }

    private StoredRecord prepared(StoredRecord given, String set, Path staged) throws IOException {
        steps.made("staged");
        Optional<Manifest> manifest = manifest(given);
        Optional<Layout> layout = manifest.flatMap(Layout::of);
        if (layout.isPresent()) {
            Path usual = staged.resolve(layout.get().usual());
            if (Disk.exists(usual)) {
                Disk.move(usual, staged.resolve(layout.get().file()));
            }
            manifest = manifest.map(layout.get()::renamed);
        }
        // what no loader of the framework can read must have one that the framework does not know, so it fails there
        Optional<IsfDumper> dumper = layout.map(Layout::dumper).or(() -> isFolder(given) ? folder() : Optional.empty());
        Optional<Manifest.CodecReference> codec = manifest.flatMap(Manifest::codec);
        Map<String, @Nullable Object> metadata =
                manifest.map(Manifest::metadata).orElse(Map.of());
        StoredRecord record = new StoredRecord(
                given.key(),
                given.revision(),
                given.identity(),
                given.terms(),
                manifest.map(Manifest::toJson).orElse(given.manifest()),
                Optional.of(set));
        Disk.replace(staged.resolve(KeyFolder.LOADER), KeyFolder.loader(codec, dumper));
        Disk.replace(
                staged.resolve(MetadataFile.FILE),
                MetadataFile.text(MetadataFile.complete(
                        metadata,
                        dumper.map(IsfDumper::shortName)
                                .or(() -> codec.map(Manifest.CodecReference::id))
                                .orElse("descriptor"))));
        Disk.replace(staged.resolve(Sidecar.FILE), Sidecar.write(List.of(named(record, given))));
        Disk.sync(area.stage());
        steps.made("prepared");
        return record;
    }

    /** A record that has no files still has a folder here; it says that it has none. */
    private static StoredRecord named(StoredRecord record, StoredRecord given) {
        return new StoredRecord(
                record.key(), record.revision(), record.identity(), record.terms(), record.manifest(), given.fileSet());
    }

    private static boolean isFolder(StoredRecord record) {
        return manifest(record)
                .flatMap(Manifest::codec)
                .filter(codec -> codec.id().equals("folder"))
                .isPresent();
    }

    private static Optional<IsfDumper> folder() {
        return Optional.of(IsfDumper.JUST_CREATE_FOLDER);
    }

    private static Optional<Manifest> manifest(StoredRecord record) {
        try {
            return Optional.of(Manifest.ofJson(record.manifest()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not of this library: kept as it is
        }
    }

    private CommitOutcome put(StoredRecord record, Optional<String> expected) throws Exception {
        List<String> parts = IsfKeys.parts(record.key());
        Path target = IsfKeys.folder(database.base(), parts);
        Path staged = area.staged(record.fileSet().orElseThrow());
        State state = database.find(record.key());
        if (state instanceof State.Database) {
            throw new ArtifactConflictException(
                    database.store(), record.key(), "a database, which no value replaces; delete it first");
        }
        Optional<StoredRecord> current =
                state instanceof State.Value value ? Optional.of(value.record()) : Optional.empty();
        CommitOutcome refused = refused(record, current, expected);
        if (refused != null) {
            return refused;
        }
        if (!Disk.isFolder(staged)) {
            return current.isPresent() && current.get().fileSet().equals(record.fileSet())
                    ? retold(record, target)
                    : CommitOutcome.FILES_SWEPT;
        }
        database.makeParents(parts);
        sameName(target, record.key());
        if (record.identity().isPresent()) {
            database.noteIdentity(record.identity().get(), target);
        }
        if (current.isEmpty()) {
            database.clear(target, record.key(), state);
            Disk.move(staged, target);
        } else {
            Path old = database.oldPlace(current.get().fileSet().orElseGet(OpenedDatabase::newId));
            HiddenArea.Intent intent = area.intend(record.key(), staged, target, old);
            steps.made("intent");
            database.moveAway(target, old.getFileName().toString());
            Disk.move(staged, target);
            steps.made("published");
            Disk.sync(HiddenArea.parent(target));
            Files.deleteIfExists(intent.file());
        }
        steps.made("committed");
        Disk.sync(HiddenArea.parent(target));
        record.fileSet().ifPresent(files::left);
        return CommitOutcome.APPLIED;
    }

    /** Replaces only what is known of files that stay. */
    private CommitOutcome retold(StoredRecord record, Path target) throws IOException {
        if (record.identity().isPresent()) {
            database.noteIdentity(record.identity().get(), target);
        }
        Disk.replace(target.resolve(Sidecar.FILE), Sidecar.write(List.of(record)));
        steps.made("retold");
        return CommitOutcome.APPLIED;
    }

    private @Nullable CommitOutcome refused(
            StoredRecord record, Optional<StoredRecord> current, Optional<String> expected) throws Exception {
        if (!current.map(StoredRecord::revision).equals(expected)) {
            return CommitOutcome.CHANGED;
        }
        if (record.identity().isPresent()) {
            StoredRecord holder = database.byIdentity(record.identity().get());
            if (holder != null && !holder.key().equals(record.key())) {
                return CommitOutcome.IDENTITY_TAKEN;
            }
        }
        return null;
    }

    /** Refuses a key that a file system without cases takes for another. */
    private void sameName(Path target, String key) throws IOException {
        if (Disk.exists(target)
                && !target.toRealPath()
                        .getFileName()
                        .toString()
                        .equals(target.getFileName().toString())) {
            throw new InvalidNameException(
                    "key", key, "a key that differs from others by more than the case of letters");
        }
    }

    private CommitOutcome delete(String key, String expected) throws Exception {
        if (!(database.find(key) instanceof State.Value value)
                || !value.record().revision().equals(expected)) {
            return CommitOutcome.CHANGED;
        }
        database.moveAway(database.folder(key), value.record().fileSet().orElseGet(OpenedDatabase::newId));
        if (value.record().identity().isPresent()) {
            Files.deleteIfExists(
                    area.identity(KeyFolder.hash(value.record().identity().get())));
        }
        steps.made("committed");
        return CommitOutcome.APPLIED;
    }

    private CommitOutcome rename(StoredRecord record, String from, String expected) throws Exception {
        if (!(database.find(from) instanceof State.Value value)
                || !value.record().revision().equals(expected)
                || database.find(record.key()) instanceof State.Value) {
            return CommitOutcome.CHANGED;
        }
        List<String> parts = IsfKeys.parts(record.key());
        Path source = database.folder(from);
        Path target = IsfKeys.folder(database.base(), parts);
        if (database.find(record.key()) instanceof State.Database) {
            throw new ArtifactConflictException(
                    database.store(), record.key(), "a database, which no value replaces; delete it first");
        }
        database.makeParents(parts);
        database.clear(target, record.key(), new State.Absent(Disk.isFolder(target)));
        if (record.identity().isPresent()) {
            database.noteIdentity(record.identity().get(), source, target);
        }
        Path sidecar = source.resolve(Sidecar.FILE);
        boolean own = Disk.isFile(sidecar); // where the framework wrote it, its files say nothing of the key
        if (own) {
            Disk.replace(sidecar, Sidecar.write(List.of(value.record(), record)));
            steps.made("both");
        }
        Disk.move(source, target);
        steps.made("committed");
        Disk.sync(HiddenArea.parent(source));
        Disk.sync(HiddenArea.parent(target));
        if (own) {
            Disk.replace(target.resolve(Sidecar.FILE), Sidecar.write(List.of(record)));
        }
        if (record.identity().isPresent()) {
            database.noteIdentity(record.identity().get(), target);
        }
        return CommitOutcome.APPLIED;
    }
}
