package io.atomflux.file.lmdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes a group: empties it in one transaction, then renames its folder and deletes it.
 *
 * <p>The emptying transaction leaves a mark, by which every Atomflux process that still has the files open sees that it
 * must look for the store anew. The folder is renamed while LMDB's write lock is held, so that nobody writes to it
 * between the look and the renaming. A crash in between leaves an empty store, which counts as not there.
 */
final class Removal {

    private static final String PREFIX = ".removed-";
    private static final Pattern REST = Pattern.compile("\\.removed-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final Duration REST_KEPT = Duration.ofMinutes(10);

    private final Environment environment;
    private final String store;
    private final Place place;

    Removal(Environment environment, String store, Place place) {
        this.environment = environment;
        this.store = store;
        this.place = place;
    }

    /** Tells whether a folder of this name was renamed to be deleted, so that it is no group. */
    static boolean isRest(String folder) {
        return REST.matcher(folder).matches();
    }

    /**
     * Deletes what removals left that were cut short, ten minutes after the last of their writes.
     *
     * <p>A folder of such a name was emptied before it was renamed, so nothing in it is wanted; only whoever renamed it may
     * still be deleting it. What cannot be deleted stays for the next time: no change has to fail for it.
     */
    static void sweep(Path location) {
        try (Stream<Path> entries = Files.list(location)) {
            Instant before = Instant.now().minus(REST_KEPT);
            for (Path rest : entries.filter(entry -> isRest(entry.getFileName().toString()))
                    .toList()) {
                if (Files.isDirectory(rest, LinkOption.NOFOLLOW_LINKS)
                        && lastChange(rest).isBefore(before)) {
                    delete(rest);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // nothing there yet, or not ours to delete
        }
    }

    private static Instant lastChange(Path rest) throws IOException {
        Path data = rest.resolve(Layout.DATA_FILE);
        Path newest = Files.exists(data) ? data : rest;
        return Files.getLastModifiedTime(newest).toInstant();
    }

    void run() throws IOException {
        Path away = place.path().resolveSibling(PREFIX + UUID.randomUUID());
        IOException failure = environment.writing(() -> {
            WriteTxn txn = Committing.begin(environment, place);
            boolean ended = false;
            try {
                State after = new StoreEdit(txn, store).remove();
                ended = true;
                environment.commit(txn, after);
            } finally {
                if (!ended) {
                    environment.abort(txn);
                }
            }
            return rename(away);
        });
        if (failure != null) {
            throw failure;
        }
        delete(away);
        Environments.sync(place.path().resolveSibling("."));
    }

    private @Nullable IOException rename(Path away) {
        WriteTxn lock = environment.beginWrite();
        try {
            if (!lock.before().isRemoved() || !environment.fileKey().equals(Environments.fileKey(place))) {
                return null; // someone wrote to it meanwhile, or renamed it already: then it is theirs
            }
            Files.move(place.path(), away);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            return e;
        } finally {
            environment.abort(lock);
        }
        Environments.retire(environment);
        return null;
    }

    /** Deletes a folder with all that is in it; fine if somebody else did. */
    static void delete(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> entries = Files.walk(folder)) {
            inside = entries.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return; // somebody else is deleting it
            }
            throw e.getCause();
        }
        for (Path entry : inside) {
            Files.deleteIfExists(entry);
        }
    }
}
