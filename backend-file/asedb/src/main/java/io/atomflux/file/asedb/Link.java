package io.atomflux.file.asedb;

import io.atomflux.error.LimitExceededException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** One connection with its statements; for one thread at a time. */
final class Link implements AutoCloseable {

    private static final int MOST_STATEMENTS = 16;

    /** What may be done through a connection. */
    enum Mode {
        READ_ONLY,
        EXISTING,
        CREATING
    }

    private final Connection connection;
    private final String store;
    private final long mostRowBytes;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private boolean inTransaction;

    /** The file this is a connection to, as far as the file system tells files apart. */
    final Object file;

    private @Nullable Ids ids;
    private long dataVersion;
    private int version;

    private Link(Connection connection, String store, long mostRowBytes, Object file) {
        this.connection = connection;
        this.store = store;
        this.mostRowBytes = mostRowBytes;
        this.file = file;
    }

    /** Connects; makes a missing file if that is the mode. */
    static Link open(Path path, String store, Mode mode, AseDbOptions options, Object file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.enableLoadExtension(false);
        config.setBusyTimeout((int) options.busyTimeout().toMillis());
        config.setSynchronous(options.sync() ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.OFF);
        config.setPragma(SQLiteConfig.Pragma.LIMIT_LENGTH, Long.toString(options.maxRowBytes()));
        if (mode == Mode.READ_ONLY) {
            config.setReadOnly(true);
        } else if (mode == Mode.EXISTING) {
            config.resetOpenMode(SQLiteOpenMode.CREATE);
        }
        // As a URI with everything escaped: of a plain path the driver takes what follows a '?' for settings.
        String uri = path.toUri().getRawPath();
        Connection connection = JDBC.createConnection(JDBC.PREFIX + "file://" + uri, config.toProperties());
        Link link = new Link(connection, store, options.maxRowBytes(), file);
        try {
            link.execute("PRAGMA trusted_schema = OFF"); // the schema is data of somebody else
            link.execute("PRAGMA cell_size_check = ON");
            return link;
        } catch (SQLException | RuntimeException failure) {
            link.close();
            throw failure;
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    void begin(String statement) throws SQLException {
        execute(statement);
        inTransaction = true;
    }

    void commit() throws SQLException {
        execute("COMMIT");
        inTransaction = false;
    }

    /** Gives a transaction up, if there is one; tells whether the connection can be used again. */
    boolean rollback() {
        if (!inTransaction) {
            return true;
        }
        inTransaction = false;
        ids = null;
        try {
            execute("ROLLBACK");
            return true;
        } catch (SQLException undone) {
            return false; // SQLite had rolled it back by itself, or the connection is broken: it is closed
        }
    }

    /** Returns a statement, prepared once. */
    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            if (statements.size() >= MOST_STATEMENTS) {
                closeStatements();
            }
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    long number(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = prepared(sql);
        bind(statement, arguments);
        try (ResultSet found = statement.executeQuery()) {
            return found.next() ? found.getLong(1) : 0;
        }
    }

    List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet found = prepared(sql).executeQuery()) {
            while (found.next()) {
                texts.add(String.valueOf(found.getString(1)));
            }
        }
        return texts;
    }

    int change(String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = prepared(sql);
        bind(statement, arguments);
        return statement.executeUpdate();
    }

    static void bind(PreparedStatement statement, @Nullable Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }

    /**
     * Reads some columns of one row, or returns null if there is none of this id.
     *
     * @throws LimitExceededException if they are more bytes than a row may have
     */
    @Nullable
    Cells cells(long id, long position, List<String> columns) throws SQLException {
        String place = "row %d (id %d)".formatted(position, id);
        PreparedStatement statement =
                prepared("SELECT %s FROM systems WHERE id = ?".formatted(String.join(", ", columns)));
        statement.setLong(1, id);
        try (ResultSet found = statement.executeQuery()) {
            if (!found.next()) {
                return null;
            }
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            long bytes = 0;
            for (int i = 0; i < columns.size(); i++) {
                Object value = found.getObject(i + 1);
                bytes += value instanceof byte[] blob ? blob.length : value instanceof String text ? text.length() : 8;
                if (bytes > mostRowBytes) {
                    throw new LimitExceededException(
                            "bytes of %s in %s".formatted(place, store),
                            bytes,
                            mostRowBytes,
                            "open with a larger max_row_bytes if this is no damage");
                }
                values.put(columns.get(i), value instanceof Integer number ? (Long) number.longValue() : value);
            }
            return new Cells(values, id, position, place, store);
        } catch (SQLException failure) {
            throw SqliteErrors.translate(failure, store, place, mostRowBytes);
        }
    }

    /** Looks, inside a transaction, whether the ids known are those of its snapshot, and reads them if not. */
    Ids refresh(@Nullable Ids shared) throws SQLException {
        // the number changes with every commit of other connections
        // (https://www.sqlite.org/pragma.html#pragma_data_version)
        long now = number("PRAGMA data_version");
        Ids known = ids;
        if (known == null || now != dataVersion) {
            version = Layout.check(this, store);
            known = Ids.load(this, known != null ? known : shared, store);
            ids = known;
            dataVersion = now;
        }
        return known;
    }

    /** Takes ids that this connection itself made so. */
    void keep(@Nullable Ids changed) {
        ids = changed;
    }

    /** Returns the version of the layout, as of the last refresh. */
    int version() {
        return version;
    }

    private void closeStatements() throws SQLException {
        List<PreparedStatement> all = new ArrayList<>(statements.values());
        statements.clear();
        for (PreparedStatement statement : all) {
            statement.close();
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            closeStatements();
        } finally {
            connection.close();
        }
    }
}
