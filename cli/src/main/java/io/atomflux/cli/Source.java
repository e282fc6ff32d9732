package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A store to read, as typed: a location, and behind an {@code @} which of its rows.
 *
 * <p>As ASE 3.29 has it, the {@code @} counts only in the base name, and the last one there; an integer is one row, text
 * with colons a slice. Unlike there, a file that exists under the whole name is that file, and in a URI the part up to the
 * first slash, where an {@code @} ends user information, is left alone, unless the scheme has no servers. The location may be
 * a pattern of file names.
 */
final class Source {

    private static final Pattern INDEX = Pattern.compile("\\s*[+-]?\\d+\\s*");
    private static final Pattern SLICE = Pattern.compile("[\\s\\d+-]*:[\\s\\d+-]*(:[\\s\\d+-]*)?");

    /** Schemes whose locations begin with a name, never with a server and who asks it. */
    private static final Set<String> NO_SERVERS = Set.of("colabfit", "memory");

    private final String location;
    private final @Nullable String rows;

    private Source(String location, @Nullable String rows) {
        this.location = location;
        this.rows = rows;
    }

    static Source parse(String text) {
        int at = text.lastIndexOf('@');
        int base = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1;
        boolean uri = text.contains("://");
        if (at <= base || uri && mayBeUser(text) || !uri && exists(text)) {
            return new Source(text, null);
        }
        String rows = text.substring(at + 1);
        if (!INDEX.matcher(rows).matches() && !SLICE.matcher(rows).matches()) {
            if (uri) {
                return new Source(text, null);
            }
            throw new IllegalArgumentException(
                    "rows \"%s\" in %s (expected: a number or start:stop:step behind the @, e.g. @7 or @-3:, or a file of exactly this name)"
                            .formatted(rows, text));
        }
        return new Source(text.substring(0, at), rows);
    }

    /** Tells whether an {@code @} may end user information: there is one place only, and it is a server's. */
    private static boolean mayBeUser(String uri) {
        int target = uri.indexOf("://") + 3;
        return uri.indexOf('/', target) < 0
                && !NO_SERVERS.contains(uri.substring(0, target - 3).toLowerCase(Locale.ROOT));
    }

    private static boolean exists(String text) {
        try {
            return Files.exists(Location.parse(text).path());
        } catch (InvalidPathException e) {
            return false; // as on Windows, where no name has a colon
        }
    }

    String location() {
        return location;
    }

    /** Opens the store for reading; does no I/O. */
    ObjectIO open(@Nullable String group) {
        return ObjectIO.open(location, options(group).withReadOnly());
    }

    /** Opens the store for reading, its rows kept in another one if that is given; does no I/O. */
    ObjectIO open(@Nullable String group, @Nullable String cacheTo) {
        if (cacheTo == null) {
            return open(group);
        }
        requireOnePlace(cacheTo);
        return open(group).cached(writable(cacheTo, null));
    }

    /** Opens one store for reading and writing; a file of exactly this name is that file, even if it looks like a pattern. */
    static ObjectIO writable(String location, @Nullable String group) {
        Location parsed = Location.parse(location);
        return parsed.isPattern() && parsed.query().isEmpty() && exists(location)
                ? ObjectIO.open(parsed.path(), options(group))
                : ObjectIO.open(location, options(group));
    }

    /** Refuses to make what a pattern names. */
    static void requireOnePlace(String location) {
        if (Location.parse(location).isPattern() && !exists(location)) {
            throw new RefusedException(
                    "%s is a pattern, which may name several files (expected: one store to write; a new file of exactly this name is written as file:///…, with %%2A for *, %%3F for ?, %%5B for [, %%7B for {)"
                            .formatted(location));
        }
    }

    static OpenOptions options(@Nullable String group) {
        return group == null ? OpenOptions.none() : OpenOptions.ofGroup(group);
    }

    /** Selects the rows asked for. */
    RowView<Row> rowsOf(ObjectIO store) {
        if (rows == null) {
            return store.rows();
        }
        return rows.indexOf(':') < 0 ? store.rowsAt(Long.parseLong(rows.strip())) : store.rows(Slice.parse(rows));
    }

    /** Refuses a selection where a command looks at whole stores. */
    Source whole(String command) {
        if (rows != null) {
            throw new RefusedException("%s looks at a whole store; leave out @%s".formatted(command, rows));
        }
        return this;
    }

    /** Returns the path, if the location is one; empty for a pattern. */
    Optional<java.nio.file.Path> path() {
        Location parsed = Location.parse(location);
        return parsed.scheme().isEmpty() && (!parsed.isPattern() || exists(location))
                ? Optional.of(parsed.path())
                : Optional.empty();
    }
}
