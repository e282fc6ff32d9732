package io.atomflux.hub.net;

import io.atomflux.error.InvalidOptionException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A proxy that is spoken to without TLS.
 *
 * @param user to log in as, if at all
 * @param password a secret
 */
record Proxy(String host, int port, Optional<String> user, String password) {

    static Optional<Proxy> parse(String option, String address) {
        String text = address.strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        URI uri;
        try {
            uri = URI.create(text.contains("://") ? text : "http://" + text);
        } catch (IllegalArgumentException e) {
            // Neither its message nor itself as the cause: both repeat the address with its password.
            throw refused(option);
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw refused(option);
        }
        String[] login = String.valueOf(uri.getUserInfo()).split(":", 2);
        Optional<String> user = uri.getUserInfo() == null ? Optional.empty() : Optional.of(login[0]);
        String password = login.length < 2 ? "" : login[1];
        return Optional.of(
                new Proxy(Addresses.bare(uri.getHost()), uri.getPort() < 0 ? 80 : uri.getPort(), user, password));
    }

    private static InvalidOptionException refused(String option) {
        return new InvalidOptionException(
                option, "not the address of a proxy (expected: http://[user:password@]host:port)");
    }

    /** Returns where it is; a name is not looked up yet. */
    InetSocketAddress address() {
        InetAddress literal = Addresses.literal(host);
        return literal == null ? InetSocketAddress.createUnresolved(host, port) : new InetSocketAddress(literal, port);
    }

    /** Returns the value of the header {@code Proxy-Authorization} (RFC 7617), if there is a user. */
    Optional<String> authorization() {
        return user.map(name -> "Basic "
                + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    static List<String> exceptions(String hosts) {
        return Arrays.stream(hosts.split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .map(host -> host.startsWith("*.") ? host.substring(1) : host)
                .map(host -> host.startsWith(".") ? host.substring(1) : host)
                .filter(host -> !host.isEmpty())
                .toList();
    }

    /** Tells whether a host is reached without proxy. */
    static boolean excepted(List<String> exceptions, URI target) {
        String host = Addresses.bare(target.getHost()).toLowerCase(Locale.ROOT);
        for (String exception : exceptions) {
            if (exception.equals("*")
                    || host.equals(Addresses.bare(exception))
                    || host.endsWith("." + exception)
                    || exception.equals(target.getHost().toLowerCase(Locale.ROOT) + ":" + Locations.port(target))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
