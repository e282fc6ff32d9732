package io.atomflux.spi;

import io.atomflux.error.InvalidOptionException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a store is: a file path, or a URI with a scheme; either may end in a query of options.
 *
 * <p>A path given as text may be a pattern that names several files, see {@link #isPattern}.
 *
 * <p>{@link #toString} never shows user information or the query.
 */
public final class Location {

    private static final Pattern NAMED_OPTION = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*=");
    private static final Pattern BRACKETED = Pattern.compile("\\[[^/]+]|\\{[^{}]*,.*}");

    private final Optional<String> scheme;
    private final String target;
    private final Map<String, String> query;
    private final boolean pattern;

    private Location(Optional<String> scheme, String target, Map<String, String> query, boolean pattern) {
        this.scheme = scheme;
        this.target = target;
        this.query = query;
        this.pattern = pattern;
    }

    /**
     * Reads a location as users write it: {@code scheme://rest?options} or a path, possibly followed by {@code ?options}.
     *
     * <p>A {@code file:} URI is its path, taken literally. On a path, a question mark begins options only if a name and an
     * equals sign follow, so that {@code frame?.xyz} has none and {@code frame?.xyz?readonly=true} one.
     */
    public static Location parse(String text) {
        Objects.requireNonNull(text, "location");
        if (text.isBlank() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("location: \"%s\" (expected: a path or a URI)".formatted(text.strip()));
        }
        if (text.regionMatches(true, 0, "file:/", 0, 6) && !text.startsWith("//", 5)) {
            return parse("file://" + text.substring(5)); // as java.io.File writes it
        }
        int colon = text.indexOf("://");
        if (colon > 0 && text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
            String rest = text.substring(colon + 3);
            int mark = rest.indexOf('?');
            String target = mark < 0 ? rest : rest.substring(0, mark);
            Map<String, String> query = parseQuery(mark < 0 ? "" : rest.substring(mark + 1));
            return scheme.equals("file")
                    ? new Location(
                            Optional.empty(),
                            Path.of(URI.create("file://" + target)).toString(),
                            query,
                            false)
                    : new Location(Optional.of(scheme), target, query, false);
        }
        int mark = optionsOfPath(text);
        String path = mark < 0 ? text : text.substring(0, mark);
        return new Location(
                Optional.empty(), path, parseQuery(mark < 0 ? "" : text.substring(mark + 1)), hasWildcards(path));
    }

    /** Finds the question mark that begins the options, or -1. */
    private static int optionsOfPath(String text) {
        for (int mark = text.lastIndexOf('?'); mark > 0; mark = text.lastIndexOf('?', mark - 1)) {
            if (NAMED_OPTION.matcher(text).region(mark + 1, text.length()).lookingAt()) {
                return mark;
            }
        }
        return -1;
    }

    /** Tells a pattern by what cannot be meant otherwise: a lone bracket or brace is part of a name. */
    private static boolean hasWildcards(String path) {
        return path.indexOf('*') >= 0
                || path.indexOf('?') >= 0
                || BRACKETED.matcher(path).find();
    }

    /** Returns the location of a path, taken literally. */
    public static Location of(Path path) {
        return new Location(Optional.empty(), path.toString(), Map.of(), false);
    }

    /** Returns the location of a URI. */
    public static Location of(URI uri) {
        if (uri.getScheme() == null) {
            return parse(uri.toString());
        }
        return uri.getScheme().equalsIgnoreCase("file") && uri.getQuery() == null
                ? of(Path.of(uri))
                : parse(uri.toString());
    }

    private static Map<String, String> parseQuery(String query) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (equals < 0 || options.containsKey(name)) {
                throw new InvalidOptionException(
                        name,
                        "given %s (expected: name=value, each name once)"
                                .formatted(equals < 0 ? "without a value" : "twice"));
            }
            options.put(name, decoded(pair.substring(equals + 1)));
        }
        return Collections.unmodifiableMap(options);
    }

    /** A plus is itself, as RFC 3986 has it, not a space as in forms: splits are joined by it, names of columns hold it. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns the URI scheme in lower case, or empty for a path. */
    public Optional<String> scheme() {
        return scheme;
    }

    /** Returns what follows {@code scheme://} up to the query, user information included; or the path. */
    public String target() {
        return target;
    }

    /** Returns the path of a location without scheme. */
    public Path path() {
        return Path.of(target);
    }

    /**
     * Tells whether this is a pattern that names all files it fits: a path given as text that holds {@code *} (any
     * characters), {@code ?} (one), {@code [abc]}, {@code [a-z]} or {@code [!abc]} (one of them, or none of them), {@code
     * {a,b}} (either), or {@code **} as a whole part of the path (any folders).
     */
    public boolean isPattern() {
        return pattern;
    }

    /** Returns the options of the query; unmodifiable. */
    public Map<String, String> query() {
        return query;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Location other
                && scheme.equals(other.scheme)
                && target.equals(other.target)
                && query.equals(other.query)
                && pattern == other.pattern;
    }

    @Override
    public int hashCode() {
        return Objects.hash(scheme, target, query);
    }

    /** Shows the location without user information and query. */
    @Override
    public String toString() {
        if (scheme.isEmpty()) {
            return target;
        }
        // also where a password holds an unescaped slash: rather hide too much
        int slash = target.indexOf('/');
        int colon = target.indexOf(':');
        boolean mayHoldPassword = slash < 0 || colon >= 0 && colon < slash;
        int at = (mayHoldPassword ? target : target.substring(0, slash)).lastIndexOf('@');
        return scheme.get() + "://" + (at < 0 ? target : "<hidden>@" + target.substring(at + 1));
    }
}
