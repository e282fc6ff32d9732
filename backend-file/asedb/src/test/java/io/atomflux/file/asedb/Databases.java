package io.atomflux.file.asedb;

import io.atomflux.codec.AseJson;
import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/** Golden files, what is stored in a file, and ways past all checks, as another program would take them. */
final class Databases {

    static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

    private Databases() {}

    static byte[] golden(String name) throws IOException {
        try (InputStream in = Databases.class.getResourceAsStream("/asedb/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    static Path copy(String name, Path folder) throws IOException {
        return Files.write(folder.resolve(name), golden(name));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> sidecar(String name) throws IOException {
        return (Map<String, Object>) Objects.requireNonNull(
                AseJson.read(new String(golden(name + ".json"), StandardCharsets.UTF_8).strip()));
    }

    static AseDbStore open(Path file) {
        return open(file, AseDbOptions.defaults());
    }

    static AseDbStore open(Path file, AseDbOptions options) {
        return new AseDbStore(file, false, options);
    }

    /** Tells whether a row comes back as it was written. */
    static boolean isKept(Row row) {
        try {
            Cells cells = new StructureWriter("contract", List.of(), CLOCK).cells(row, null, "row", "append");
            return row.equals(new StructureReader(Columns.ALL).row(cells));
        } catch (AtomfluxException refused) {
            return false;
        }
    }

    /** Work past everything. */
    interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    static <T extends @Nullable Object> T with(Path file, Work<T> work) throws SQLException {
        try (Connection connection = JDBC.createConnection(JDBC.PREFIX + file, new Properties())) {
            return work.run(connection);
        }
    }

    /** Changes the database by hand. */
    static int change(Path file, String sql, @Nullable Object... arguments) throws SQLException {
        return with(file, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                Link.bind(statement, arguments);
                return statement.executeUpdate();
            }
        });
    }

    /** Returns what a query gives, one map for each row. */
    static List<Map<String, @Nullable Object>> query(Path file, String sql) throws SQLException {
        return with(file, connection -> {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(sql);
                    ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                        row.put(found.getMetaData().getColumnName(i), found.getObject(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        });
    }
}
