package io.atomflux.file.asedb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.UnsupportedDataException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tables of ASE's databases, as those of ASE 3.29 are declared, and how to tell them from others. */
final class Layout {

    static final int WRITTEN = 9;
    private static final int OLDEST = 5;

    static final String NUMBERS = "numbers";
    static final String POSITIONS = "positions";
    static final String CELL = "cell";
    static final String PBC = "pbc";
    static final String CONSTRAINTS = "constraints";
    static final String CALCULATOR = "calculator";
    static final String PARAMETERS = "calculator_parameters";
    static final String UNIQUE_ID = "unique_id";
    static final String CTIME = "ctime";
    static final String MTIME = "mtime";
    static final String USER = "username";
    static final String PAIRS = "key_value_pairs";
    static final String DATA = "data";

    /** Arrays that ASE has as such, beside numbers and positions. */
    static final List<String> ARRAYS = List.of("initial_magmoms", "initial_charges", "masses", "tags", "momenta");

    /** Results there is a column for. */
    static final List<String> RESULTS =
            List.of("energy", "free_energy", "forces", "stress", "dipole", "magmoms", "magmom", "charges");

    /** All columns of {@code systems} but the id, in order. */
    static final List<String> COLUMNS = List.of(
            UNIQUE_ID,
            CTIME,
            MTIME,
            USER,
            NUMBERS,
            POSITIONS,
            CELL,
            PBC,
            "initial_magmoms",
            "initial_charges",
            "masses",
            "tags",
            "momenta",
            CONSTRAINTS,
            CALCULATOR,
            PARAMETERS,
            "energy",
            "free_energy",
            "forces",
            "stress",
            "dipole",
            "magmoms",
            "magmom",
            "charges",
            PAIRS,
            DATA,
            "natoms",
            "fmax",
            "smax",
            "volume",
            "mass",
            "charge");

    /** Tables that tell of rows by their id. */
    static final List<String> SIDE_TABLES = List.of("number_key_values", "text_key_values", "keys", "species");

    private static final String OF_ROWS = ", id INTEGER, FOREIGN KEY (id) REFERENCES systems(id))";

    private static final List<String> CREATION = List.of(
            "CREATE TABLE systems (id INTEGER PRIMARY KEY AUTOINCREMENT, unique_id TEXT UNIQUE, ctime REAL, mtime REAL,"
                    + " username TEXT, numbers BLOB, positions BLOB, cell BLOB, pbc INTEGER, initial_magmoms BLOB,"
                    + " initial_charges BLOB, masses BLOB, tags BLOB, momenta BLOB, constraints TEXT, calculator TEXT,"
                    + " calculator_parameters TEXT, energy REAL, free_energy REAL, forces BLOB, stress BLOB, dipole BLOB,"
                    + " magmoms BLOB, magmom REAL, charges BLOB, key_value_pairs TEXT, data BLOB, natoms INTEGER, fmax REAL,"
                    + " smax REAL, volume REAL, mass REAL, charge REAL)",
            "CREATE TABLE species (Z INTEGER, n INTEGER" + OF_ROWS,
            "CREATE TABLE keys (key TEXT" + OF_ROWS,
            "CREATE TABLE text_key_values (key TEXT, value TEXT" + OF_ROWS,
            "CREATE TABLE number_key_values (key TEXT, value REAL" + OF_ROWS,
            "CREATE TABLE information (name TEXT, value TEXT)",
            "INSERT INTO information VALUES ('version', '9')",
            "CREATE INDEX unique_id_index ON systems(unique_id)",
            "CREATE INDEX ctime_index ON systems(ctime)",
            "CREATE INDEX username_index ON systems(username)",
            "CREATE INDEX calculator_index ON systems(calculator)",
            "CREATE INDEX species_index ON species(Z)",
            "CREATE INDEX key_index ON keys(key)",
            "CREATE INDEX text_index ON text_key_values(key)",
            "CREATE INDEX number_index ON number_key_values(key)");

    private Layout() {}

    static void create(Link link) throws SQLException {
        for (String statement : CREATION) {
            link.execute(statement);
        }
    }

    /** Tells whether there is nothing at all in the database. */
    static boolean isEmpty(Link link) throws SQLException {
        return link.number("SELECT count(*) FROM sqlite_master") == 0;
    }

    /**
     * Returns the version of a database.
     *
     * @throws ForeignDataException if it is not one of ASE
     * @throws UnsupportedDataException if its version is not read
     */
    static int check(Link link, String store) throws SQLException {
        List<String> tables = link.texts("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'systems'");
        if (tables.isEmpty() || !tables.get(0).toUpperCase(Locale.ROOT).startsWith("CREATE TABLE")) {
            throw new ForeignDataException(
                    store, "a database of SQLite without the table systems", "one that ase.db wrote");
        }
        List<String> columns = new ArrayList<>(COLUMNS);
        columns.add("id");
        columns.removeAll(link.texts("SELECT name FROM pragma_table_info('systems')"));
        long information =
                link.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'information'");
        List<String> versions =
                information == 0 ? List.of("2") : link.texts("SELECT value FROM information WHERE name = 'version'");
        String told = versions.isEmpty() ? "none" : versions.get(0);
        int version;
        try {
            version = Integer.parseInt(told);
        } catch (NumberFormatException e) {
            throw new CorruptDataException(
                    store, "table information", "version \"%s\" (expected: an integer)".formatted(told), e);
        }
        if (version < OLDEST || version > WRITTEN) {
            throw new UnsupportedDataException(
                    store,
                    "table information",
                    version > WRITTEN
                            ? "version %d of ase.db (expected: 5 to 9); written by a later ASE".formatted(version)
                            : "version %d of ase.db (expected: 5 to 9); convert it with python -m ase.db.convert"
                                    .formatted(version),
                    null);
        }
        if (!columns.isEmpty()) {
            throw new ForeignDataException(
                    store, "a table systems without the column " + columns.get(0), "one that ase.db wrote");
        }
        return version;
    }
}
