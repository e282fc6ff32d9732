package io.atomflux.hub.catalog;

import java.net.URI;
import java.util.Optional;

/**
 * The {@code Link} header, which tells where a listing goes on.
 *
 * <p>Sources: <a href="https://www.rfc-editor.org/rfc/rfc8288#section-3">RFC 8288, section 3</a>; {@code huggingface_hub},
 * {@code utils/_pagination.py}.
 */
final class Links {

    private static final String PUBLIC_HOST = "huggingface.co";

    private Links() {}

    /**
     * Returns the target of the first link whose relation is {@code next}, as it stands in the header.
     *
     * <p>What is no link is skipped, as servers in between add what they like.
     */
    static Optional<String> next(String header) {
        int at = 0;
        while (true) {
            int open = header.indexOf('<', at);
            int close = open < 0 ? -1 : header.indexOf('>', open);
            if (close < 0) {
                return Optional.empty();
            }
            int end = endOfParameters(header, close + 1);
            if (isNext(header.substring(close + 1, end))) {
                return Optional.of(header.substring(open + 1, close));
            }
            at = end;
        }
    }

    /** Finds the comma after a link, which is none within quotes. */
    private static int endOfParameters(String header, int from) {
        boolean quoted = false;
        for (int i = from; i < header.length(); i++) {
            char c = header.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                return i;
            }
        }
        return header.length();
    }

    private static boolean isNext(String parameters) {
        int at = 0;
        while (at < parameters.length()) {
            int end = endOfParameter(parameters, at);
            String parameter = parameters.substring(at, end).strip();
            int equals = parameter.indexOf('=');
            if (equals >= 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("rel")) {
                String relations = parameter.substring(equals + 1).strip();
                if (relations.length() >= 2 && relations.startsWith("\"") && relations.endsWith("\"")) {
                    relations = relations.substring(1, relations.length() - 1);
                }
                for (String relation : relations.split("\\s+")) {
                    if (relation.equalsIgnoreCase("next")) {
                        return true;
                    }
                }
                return false; // a second rel is ignored: section 3.3
            }
            at = end + 1;
        }
        return false;
    }

    private static int endOfParameter(String parameters, int from) {
        boolean quoted = false;
        for (int i = from; i < parameters.length(); i++) {
            char c = parameters.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return parameters.length();
    }

    /**
     * Resolves a link against the page it came with, and leads it back to the endpoint if it names the public hub although
     * another one was asked: mirrors pass on what the hub said.
     *
     * @throws IllegalArgumentException if it is no address, or leads away from where the page came from
     */
    static URI resolve(URI page, String link, URI endpoint) {
        URI target = page.resolve(URI.create(link));
        if (PUBLIC_HOST.equalsIgnoreCase(target.getHost()) && !PUBLIC_HOST.equalsIgnoreCase(endpoint.getHost())) {
            String query = target.getRawQuery();
            return URI.create(endpoint + target.getRawPath() + (query == null ? "" : "?" + query));
        }
        if (target.getScheme() == null || target.getHost() == null || target.getRawUserInfo() != null) {
            throw new IllegalArgumentException("no address of a hub");
        }
        return target;
    }
}
