package io.atomflux.redis;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.lettuce.core.RedisURI;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Redis a location means: {@code scheme://[user:password@]host[:port][,host[:port]…][/database]}.
 *
 * <p>User and password may be percent-encoded. asebytes 0.3 silently takes database 0 for a path that is no number, and
 * drops what follows the first segment, which people took for a prefix of the keys; here both are refused.
 *
 * @param kind what is spoken to
 * @param encrypted whether by TLS
 * @param nodes the servers named, each with a port; for a socket none
 * @param socket path of a Unix domain socket, or empty
 * @param primary name of the primary that sentinels watch, or empty
 * @param user name to log in as, or empty for the default user
 * @param password to log in with, or empty for none
 * @param database number of the database
 */
record RedisPlace(
        Kind kind,
        boolean encrypted,
        List<Node> nodes,
        String socket,
        String primary,
        String user,
        String password,
        int database) {

    private static final int REDIS_PORT = 6379;
    private static final int SENTINEL_PORT = 26379;

    private static final Map<String, Kind> KINDS = Map.of(
            "redis", Kind.SERVER,
            "rediss", Kind.SERVER,
            "redis-socket", Kind.SOCKET,
            "redis-sentinel", Kind.SENTINEL,
            "rediss-sentinel", Kind.SENTINEL,
            "redis-cluster", Kind.CLUSTER,
            "rediss-cluster", Kind.CLUSTER);

    /** What is spoken to. */
    enum Kind {
        SERVER,
        SOCKET,
        SENTINEL,
        CLUSTER
    }

    /** A server. */
    record Node(String host, int port) {}

    static Set<String> schemes() {
        return KINDS.keySet();
    }

    /**
     * Reads a location.
     *
     * @throws InvalidOptionException if it is malformed; the message shows no part that may be a password
     */
    static RedisPlace of(Location location) {
        String scheme = location.scheme().orElseThrow().toLowerCase(Locale.ROOT);
        Kind kind = KINDS.get(scheme);
        if (kind == null) {
            throw new InvalidOptionException("scheme", scheme + " (expected: one of " + KINDS.keySet() + ")");
        }
        String target = location.target();
        int hash = target.indexOf('#');
        String primary = hash < 0 ? "" : decoded(target.substring(hash + 1));
        target = hash < 0 ? target : target.substring(0, hash);

        // the last @ before the path, as an unescaped one in a password is a common slip
        int slash = target.indexOf('/', target.lastIndexOf('@') + 1);
        String authority = slash < 0 ? target : target.substring(0, slash);
        String path = slash < 0 ? "" : target.substring(slash + 1);
        int at = authority.lastIndexOf('@');
        String login = at < 0 ? "" : authority.substring(0, at);
        int colon = login.indexOf(':');
        String user = colon < 0 ? "" : decoded(login.substring(0, colon));
        String password = decoded(colon < 0 ? login : login.substring(colon + 1));
        String hosts = authority.substring(at + 1);
        boolean encrypted = scheme.startsWith("rediss");

        if (kind == Kind.SOCKET) {
            if (!hosts.isEmpty() || path.isEmpty()) {
                throw malformed("location", "expected: redis-socket:///path/of/socket");
            }
            return new RedisPlace(kind, false, List.of(), "/" + decoded(path), "", user, password, 0);
        }
        if (kind == Kind.SENTINEL != !primary.isEmpty()) {
            throw malformed("location", "expected: redis-sentinel://host,host#name-of-the-primary, and # nowhere else");
        }
        List<Node> nodes = nodes(hosts, kind == Kind.SENTINEL ? SENTINEL_PORT : REDIS_PORT);
        if (kind == Kind.SERVER && nodes.size() > 1) {
            throw malformed(
                    "location", "several hosts (expected: one; redis-cluster:// and redis-sentinel:// take more)");
        }
        int database = path.isEmpty() ? 0 : database(path);
        if (kind == Kind.CLUSTER && database != 0) {
            throw malformed("database", database + " (expected: 0, a cluster has no other)");
        }
        return new RedisPlace(kind, encrypted, List.copyOf(nodes), "", primary, user, password, database);
    }

    private static int database(String path) {
        String number = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        try {
            int database = Integer.parseInt(number);
            if (database >= 0) {
                return database;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw malformed(
                "database",
                "/%s (expected: /number or nothing; collections are chosen by the option group)".formatted(path));
    }

    private static List<Node> nodes(String hosts, int otherwise) {
        List<Node> nodes = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            try {
                URI uri = new URI("redis://" + host).parseServerAuthority();
                if (uri.getHost() == null || uri.getUserInfo() != null) {
                    throw malformed("host", "expected: host or host:port, several separated by commas");
                }
                String name = uri.getHost();
                boolean literal = name.startsWith("[");
                nodes.add(new Node(
                        literal ? name.substring(1, name.length() - 1) : name,
                        uri.getPort() < 0 ? otherwise : uri.getPort()));
            } catch (URISyntaxException e) {
                throw malformed("host", "expected: host or host:port, several separated by commas");
            }
        }
        return nodes;
    }

    private static InvalidOptionException malformed(String what, String problem) {
        return new InvalidOptionException(what, problem);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("location", "% without two hexadecimal digits (expected: %25 for a percent sign)");
        }
    }

    /** Returns this place in another database. */
    RedisPlace withDatabase(int number) {
        return new RedisPlace(kind, encrypted, nodes, socket, primary, user, password, number);
    }

    /** Returns it as the driver has it; one for each node of a cluster, else exactly one. */
    List<RedisURI> uris(RedisOptions options) {
        return switch (kind) {
            case SOCKET -> List.of(completed(RedisURI.Builder.socket(socket), options));
            case SERVER, CLUSTER ->
                nodes.stream()
                        .map(node -> completed(RedisURI.Builder.redis(node.host(), node.port()), options))
                        .toList();
            case SENTINEL -> {
                RedisURI.@Nullable Builder builder = null;
                for (Node node : nodes) {
                    builder = builder == null
                            ? RedisURI.Builder.sentinel(node.host(), node.port(), primary)
                            : builder.withSentinel(node.host(), node.port());
                }
                yield List.of(completed(Objects.requireNonNull(builder, "builder"), options));
            }
        };
    }

    private RedisURI completed(RedisURI.Builder builder, RedisOptions options) {
        builder.withTimeout(options.connectTimeout());
        if (kind != Kind.SOCKET) {
            builder.withSsl(encrypted).withVerifyPeer(options.verifyPeer());
        }
        if (!user.isEmpty()) {
            builder.withAuthentication(user, password.toCharArray());
        } else if (!password.isEmpty()) {
            builder.withPassword(password.toCharArray());
        }
        if (database != 0) {
            builder.withDatabase(database);
        }
        return builder.build();
    }

    /** Hides the password. */
    @Override
    public String toString() {
        return "RedisPlace[%s, encrypted=%s, %s%s%s/%d]".formatted(kind, encrypted, nodes, socket, primary, database);
    }
}
