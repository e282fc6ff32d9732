package io.atomflux.hub.net;

import java.net.URI;
import java.util.Locale;

/** Addresses in answers: what they stand for, and how messages may name them. */
final class Locations {

    private static final String HEX = "0123456789ABCDEF";

    private Locations() {}

    /**
     * Resolves a reference as RFC 3986 section 5.2 says; {@link URI#resolve} follows the older RFC 2396 and loses the last
     * segment of the path when a reference is only a query.
     *
     * <p>Nothing is decoded or encoded anew: a signed address stays as it was signed. Only what cannot be part of an address
     * is escaped.
     *
     * @param reference as it stood in the header, each byte a character
     * @throws IllegalArgumentException if it is no address even then; the message does not repeat it
     */
    static URI resolve(URI base, String reference) {
        String text = escaped(reference.strip());
        int fragment = text.indexOf('#');
        if (fragment >= 0) {
            text = text.substring(0, fragment);
        }
        if (hasScheme(text)) {
            return parse(text);
        }
        if (text.startsWith("//")) {
            return parse(base.getScheme() + ":" + text);
        }
        String origin = base.getScheme() + "://" + base.getRawAuthority();
        int mark = text.indexOf('?');
        String path = mark < 0 ? text : text.substring(0, mark);
        String query = mark < 0 ? "" : text.substring(mark);
        if (path.isEmpty()) {
            String kept = mark < 0 && base.getRawQuery() != null ? "?" + base.getRawQuery() : query;
            return parse(origin + base.getRawPath() + kept);
        }
        if (!path.startsWith("/")) {
            String before = base.getRawPath();
            path = (before.isEmpty() ? "/" : before.substring(0, before.lastIndexOf('/') + 1)) + path;
        }
        return parse(origin + withoutDots(path) + query);
    }

    private static URI parse(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            try {
                // Brackets are allowed in queries by java.net.URI, nowhere else but around an IPv6 address.
                int path = text.indexOf('/', text.indexOf("//") + 2);
                if (path > 0) {
                    return URI.create(text.substring(0, path)
                            + text.substring(path).replace("[", "%5B").replace("]", "%5D"));
                }
            } catch (IllegalArgumentException again) {
                // The same as before, told below.
            }
            throw new IllegalArgumentException("not an address"); // e repeats the query, which is a capability
        }
    }

    private static boolean hasScheme(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || !isLetter(text.charAt(0))) {
            return false;
        }
        for (int i = 1; i < colon; i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String escaped(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean illegal = c <= ' '
                    || c >= 0x7f
                    || "\"<>\\^`{|}".indexOf(c) >= 0
                    || (c == '%' && !(i + 2 < text.length() && hex(text.charAt(i + 1)) && hex(text.charAt(i + 2))));
            if (illegal && out == null) {
                out = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (out != null && illegal) {
                out.append('%').append(HEX.charAt((c >> 4) & 15)).append(HEX.charAt(c & 15));
            } else if (out != null) {
                out.append(c);
            }
        }
        return out == null ? text : out.toString();
    }

    private static boolean hex(char c) {
        return Character.digit(c, 16) >= 0;
    }

    /** RFC 3986 section 5.2.4, for a path that begins with a slash. */
    private static String withoutDots(String path) {
        StringBuilder out = new StringBuilder(path.length());
        int at = 0;
        while (at < path.length()) {
            int next = path.indexOf('/', at + 1);
            boolean last = next < 0;
            String segment = path.substring(at, last ? path.length() : next);
            if (segment.equals("/..")) {
                out.setLength(Math.max(0, out.lastIndexOf("/")));
            }
            if (segment.equals("/.") || segment.equals("/..")) {
                if (last) {
                    out.append('/');
                }
            } else {
                out.append(segment);
            }
            at = last ? path.length() : next;
        }
        return out.toString();
    }

    static boolean secure(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : secure(uri) ? 443 : 80;
    }

    static boolean sameOrigin(URI a, URI b) {
        return secure(a) == secure(b) && port(a) == port(b) && a.getHost().equalsIgnoreCase(b.getHost());
    }

    /** Returns what a message may say of an address: no query, no user. */
    static String shown(URI uri) {
        return origin(uri) + uri.getRawPath();
    }

    /** Returns scheme, host and port. */
    static String origin(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        return scheme + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }
}
