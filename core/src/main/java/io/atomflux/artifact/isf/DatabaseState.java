package io.atomflux.artifact.isf;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code db_state.json} that makes a folder a database, as the In Silico Framework 0.5 writes it: registered
 * dumpers, an id that never changes, and where the framework registered it.
 *
 * @param id {@code <date>_<process>_<seven letters or digits>}; empty if the file lacks it
 * @param members all of the file, kept as they are
 */
record DatabaseState(Optional<String> id, Map<String, @Nullable Object> members) {

    static final String FILE = "db_state.json";

    /** The file by which the older system of the framework is known, which is not read here. */
    static final String OLD_FILE = "sqlitedict.db";

    private static final String ID = "_unique_id";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    static boolean isIn(Path folder) {
        return Disk.isFile(folder.resolve(FILE));
    }

    /** Reads the state of a database; an empty file, which the framework leaves if it dies while creating, has no id. */
    static DatabaseState read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (Files.size(file) == 0) {
            return new DatabaseState(Optional.empty(), Map.of());
        }
        Map<String, @Nullable Object> members = Disk.readObject(file, folder.toString());
        if (members == null) {
            throw new CorruptDataException(folder.toString(), FILE, "it vanished while it was read", null);
        }
        Object id = members.get(ID);
        if (id == null || id.equals("None")) { // the framework also writes None as a text
            return new DatabaseState(Optional.empty(), members);
        }
        if (!(id instanceof String text) || !text.matches("[A-Za-z0-9_-]{1,120}")) {
            throw new CorruptDataException(
                    folder.toString(), FILE, "%s is not an id of letters, digits, - and _".formatted(ID), null);
        }
        return new DatabaseState(Optional.of(text), members);
    }

    /** Writes a state with an id, at one instant; what else the file had is kept. */
    static DatabaseState create(Path folder, Map<String, @Nullable Object> members) throws IOException {
        StringBuilder id = new StringBuilder()
                .append(Instant.now().atOffset(ZoneOffset.UTC).toLocalDate())
                .append('_')
                .append(ProcessHandle.current().pid())
                .append('_');
        for (int i = 0; i < 7; i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        Map<String, @Nullable Object> state = new LinkedHashMap<>();
        state.put("_registeredDumpers", List.of(IsfDumper.TO_CLOUDPICKLE.loader()));
        state.put(ID, null);
        state.put("_registered_to_path", null);
        state.putAll(members);
        state.put(ID, id.toString());
        Disk.replace(folder.resolve(FILE), Json.plain(state));
        return new DatabaseState(Optional.of(id.toString()), state);
    }
}
