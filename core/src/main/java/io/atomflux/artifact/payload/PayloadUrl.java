package io.atomflux.artifact.payload;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.InvalidNameException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The address of a payload, as it stands in rows and descriptors; compared exactly, never decoded.
 *
 * <p>Two forms: {@code file:///prefix/name}, relative to the folder of the store that reads it, as MLtraq 0.1 writes it,
 * and {@code store://id/scope/name}, which names the artifact store by its id and so survives moving. The prefix, or scope,
 * has one or more parts, the name is one part.
 *
 * <p>Everything that could mean another place is refused: other schemes, hosts and users, a fourth slash (an absolute path
 * in MLtraq), empty parts, {@code .} and {@code ..}, backslashes, control characters, queries, fragments, parameters and any
 * percent sign, as no name of a payload needs an escape.
 */
public final class PayloadUrl {

    /** How the address of a payload in a folder is written, from scope and name. */
    static final String FILE_FORM = "file:///%s/%s";

    private static final String FILE = "file:///";
    private static final String STORE = "store://";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final String EXPECTED =
            "file:///prefix/name or store://<32 hexadecimal digits>/scope/name, of plain parts without % ? # ; \\ : or control"
                    + " characters, none of them empty, . or ..";

    private final Optional<String> store;
    private final String scope;
    private final String name;

    private PayloadUrl(Optional<String> store, String scope, String name) {
        this.store = store;
        this.scope = scope;
        this.name = name;
    }

    /**
     * Reads an address.
     *
     * @throws InvalidNameException if it is refused
     */
    public static PayloadUrl parse(String text) {
        Objects.requireNonNull(text, "url");
        if (text.startsWith(FILE)) {
            return path(text, Optional.empty(), text.substring(FILE.length()));
        }
        int end = text.indexOf('/', STORE.length());
        if (text.startsWith(STORE) && end > 0) {
            String id = text.substring(STORE.length(), end);
            if (ID.matcher(id).matches()) {
                return path(text, Optional.of(id), text.substring(end + 1));
            }
        }
        throw refused(text);
    }

    private static PayloadUrl path(String text, Optional<String> store, String path) {
        int last = path.lastIndexOf('/');
        if (last < 1) {
            throw refused(text);
        }
        try {
            return new PayloadUrl(store, guardedScope(path.substring(0, last)), guardedName(path.substring(last + 1)));
        } catch (InvalidNameException e) {
            throw refused(text);
        }
    }

    /** Makes the address of a payload relative to a folder. */
    static PayloadUrl ofFile(String scope, String name) {
        return new PayloadUrl(Optional.empty(), guardedScope(scope), guardedName(name));
    }

    /** Makes the address of a payload in an artifact store. */
    static PayloadUrl ofStore(String store, String scope, String name) {
        if (!ID.matcher(store).matches()) {
            throw new InvalidNameException("store", store, "the id of a store, 32 hexadecimal digits");
        }
        return new PayloadUrl(Optional.of(store), guardedScope(scope), guardedName(name));
    }

    static String guardedScope(String scope) {
        String text = ArtifactKey.parse(plain("scope", scope)).toString();
        if (text.equals(Scope.RESERVED) || text.startsWith(Scope.RESERVED + "/")) {
            throw new InvalidNameException(
                    "scope", scope, "another one: " + Scope.RESERVED + " is of the store itself");
        }
        return text;
    }

    static String guardedName(String name) {
        return ArtifactKey.of(plain("payload", name)).toString();
    }

    private static String plain(String kind, String text) {
        if (text.chars().anyMatch(c -> "%?#;".indexOf(c) >= 0)) {
            throw new InvalidNameException(kind, text, "no % ? # or ;, which mean something else in addresses");
        }
        return text;
    }

    private static InvalidNameException refused(String text) {
        return new InvalidNameException("payload", text, EXPECTED);
    }

    /** Returns the id of the artifact store it names; empty if it is relative to a folder. */
    public Optional<String> store() {
        return store;
    }

    /** Returns the scope: one or more parts between slashes. */
    public String scope() {
        return scope;
    }

    /** Returns the name in the scope. */
    public String name() {
        return name;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PayloadUrl other
                && store.equals(other.store)
                && scope.equals(other.scope)
                && name.equals(other.name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(store, scope, name);
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        return store.map(id -> STORE + id + "/").orElse(FILE) + scope + "/" + name;
    }
}
