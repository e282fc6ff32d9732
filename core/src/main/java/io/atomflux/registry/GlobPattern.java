package io.atomflux.registry;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of paths, as shells have them: {@code *}, {@code ?}, {@code [a-z]}, {@code [!a-z]}, {@code {a,b}} and, as a
 * whole part, {@code **}.
 *
 * <p>None of them fits a slash, nor the dot at the beginning of a hidden name. {@code [*]} is an asterisk. Immutable.
 */
final class GlobPattern {

    private static final int MOST_ALTERNATIVES = 1000;

    private final String text;
    private final List<Alternative> alternatives;

    private GlobPattern(String text, List<Alternative> alternatives) {
        this.text = text;
        this.alternatives = alternatives;
    }

    /**
     * One pattern without braces.
     *
     * @param base the folders before the first wildcard as written, with their last slash; may be empty
     * @param parts the rest, one for each part of the path, at least one
     */
    record Alternative(String base, List<Part> parts) {

        /** Returns what every name it fits ends with, as far as that is written out. */
        String tail() {
            Part last = parts.get(parts.size() - 1);
            return last.tail();
        }
    }

    /**
     * One part of a path.
     *
     * @param written as given
     * @param tokens what it fits, one after the other; empty for {@code **}
     */
    record Part(String written, List<Token> tokens) {

        boolean isRecursive() {
            return tokens.isEmpty();
        }

        boolean isLiteral() {
            return !tokens.isEmpty() && tokens.stream().allMatch(token -> token.kind == Kind.ONE_OF && token.isExact());
        }

        /** Returns the name it fits, if it is literal. */
        String literal() {
            StringBuilder name = new StringBuilder();
            tokens.forEach(token -> name.appendCodePoint(token.ranges[0]));
            return name.toString();
        }

        private String tail() {
            int from = tokens.size();
            while (from > 0
                    && tokens.get(from - 1).kind == Kind.ONE_OF
                    && tokens.get(from - 1).isExact()) {
                from--;
            }
            return new Part("", tokens.subList(from, tokens.size())).literal();
        }

        /** Tells whether a name fits; takes time in proportion to both lengths at most, whatever they hold. */
        boolean fits(String name) {
            int[] points = name.codePoints().toArray();
            if (points.length > 0 && points[0] == '.' && !(tokens.get(0).isExact() && tokens.get(0).ranges[0] == '.')) {
                return false;
            }
            int token = 0;
            int at = 0;
            int star = -1;
            int starAt = 0;
            while (at < points.length) {
                if (token < tokens.size() && tokens.get(token).kind == Kind.ANY) {
                    star = token++;
                    starAt = at;
                } else if (token < tokens.size() && tokens.get(token).fits(points[at])) {
                    token++;
                    at++;
                } else if (star >= 0) {
                    token = star + 1; // only the last star can help: what is before it fits already
                    at = ++starAt;
                } else {
                    return false;
                }
            }
            while (token < tokens.size() && tokens.get(token).kind == Kind.ANY) {
                token++;
            }
            return token == tokens.size();
        }
    }

    private enum Kind {
        ANY,
        ONE_OF,
        NONE_OF
    }

    /** What fits a run of characters, or one; the ranges are pairs of first and last code point. */
    static final class Token {
        private final Kind kind;
        private final int[] ranges;

        private Token(Kind kind, int... ranges) {
            this.kind = kind;
            this.ranges = ranges;
        }

        private boolean isExact() {
            return kind == Kind.ONE_OF && ranges.length == 2 && ranges[0] == ranges[1];
        }

        private boolean fits(int point) {
            boolean found = false;
            for (int i = 0; i < ranges.length; i += 2) {
                found |= ranges[i] <= point && point <= ranges[i + 1];
            }
            return found == (kind == Kind.ONE_OF);
        }
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static GlobPattern parse(String text) {
        List<String> plain = new ArrayList<>();
        expand(text, text, plain);
        List<Alternative> alternatives = new ArrayList<>();
        for (String alternative : plain) {
            alternatives.add(alternative(text, alternative));
        }
        return new GlobPattern(text, List.copyOf(alternatives));
    }

    String text() {
        return text;
    }

    List<Alternative> alternatives() {
        return alternatives;
    }

    private static IllegalArgumentException malformed(String text, String problem) {
        return new IllegalArgumentException(
                "pattern \"%s\": %s; to name one file literally, give its Path".formatted(text, problem));
    }

    /** Writes out the first braces that hold a comma, and so on; braces without one are part of a name, as in shells. */
    private static void expand(String text, String rest, List<String> plain) {
        int open = -1;
        int depth = 0;
        List<Integer> commas = new ArrayList<>();
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c == '[') {
                i = Math.max(i, endOfSet(rest, i));
            } else if (c == '{') {
                if (depth++ == 0) {
                    open = i;
                    commas.clear();
                }
            } else if (c == ',' && depth == 1) {
                commas.add(i);
            } else if (c == '}' && depth > 0 && --depth == 0 && !commas.isEmpty()) {
                commas.add(i);
                int from = open + 1;
                for (int comma : commas) {
                    expand(text, rest.substring(0, open) + rest.substring(from, comma) + rest.substring(i + 1), plain);
                    from = comma + 1;
                }
                return;
            }
        }
        if (depth > 0 && !commas.isEmpty()) {
            throw malformed(text, "a brace is not closed (expected: {a,b}, or [{] for the brace itself)");
        }
        if (plain.size() == MOST_ALTERNATIVES) {
            throw malformed(text, "more alternatives than %d".formatted(MOST_ALTERNATIVES));
        }
        plain.add(rest);
    }

    /** Returns where a set in brackets ends, or -1 if it does not; a bracket right at its beginning belongs to it. */
    private static int endOfSet(String text, int open) {
        int from = open + 1;
        if (from < text.length() && (text.charAt(from) == '!' || text.charAt(from) == '^')) {
            from++;
        }
        int close = text.indexOf(']', from + 1);
        int slash = text.indexOf('/', open);
        return close < 0 || slash >= 0 && slash < close ? -1 : close;
    }

    private static Alternative alternative(String text, String pattern) {
        String path = pattern.replace(java.io.File.separatorChar, '/');
        while (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        List<String> written = List.of(path.split("/", -1));
        int first = 0;
        while (first < written.size() - 1 && !isWild(written.get(first))) {
            first++;
        }
        int length = 0;
        for (int i = 0; i < first; i++) {
            length += written.get(i).length() + 1;
        }
        List<Part> parts = new ArrayList<>();
        for (String part : written.subList(first, written.size())) {
            if (part.isEmpty()) {
                continue; // two slashes are one
            }
            // Two asterisks that braces bring together, as in {a,b*}*, are one.
            boolean recursive = part.equals("**") && text.contains("**");
            if (!recursive && part.contains("**") && text.contains(part)) {
                throw malformed(text, "** in \"%s\" (expected: alone between slashes, or one *)".formatted(part));
            }
            boolean twice =
                    recursive && !parts.isEmpty() && parts.get(parts.size() - 1).isRecursive();
            if (!twice) {
                parts.add(new Part(part, recursive ? List.of() : tokens(text, part)));
            }
        }
        if (parts.isEmpty()) {
            throw malformed(text, "no name (expected: what the files are called)");
        }
        if (parts.get(parts.size() - 1).isRecursive()) {
            parts.add(new Part("*", List.of(new Token(Kind.ANY)))); // all below
        }
        return new Alternative(path.substring(0, length), List.copyOf(parts));
    }

    private static boolean isWild(String part) {
        return part.indexOf('*') >= 0 || part.indexOf('?') >= 0 || part.indexOf('[') >= 0;
    }

    private static List<Token> tokens(String text, String part) {
        List<Token> tokens = new ArrayList<>();
        for (int i = 0; i < part.length(); ) {
            int point = part.codePointAt(i);
            if (point == '*') {
                tokens.add(new Token(Kind.ANY));
                i++;
            } else if (point == '?') {
                tokens.add(new Token(Kind.NONE_OF)); // none of nothing: any one
                i++;
            } else if (point == '[') {
                int end = endOfSet(part, i);
                if (end < 0) {
                    throw malformed(text, "a bracket is not closed (expected: [abc], or [[] for the bracket itself)");
                }
                tokens.add(set(text, part.substring(i + 1, end)));
                i = end + 1;
            } else {
                tokens.add(new Token(Kind.ONE_OF, point, point));
                i += Character.charCount(point);
            }
        }
        return List.copyOf(tokens);
    }

    private static Token set(String text, String inside) {
        boolean none = inside.startsWith("!") || inside.startsWith("^");
        int[] points = inside.substring(none ? 1 : 0).codePoints().toArray();
        List<Integer> ranges = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            boolean range = i + 2 < points.length && points[i + 1] == '-';
            int last = points[range ? i + 2 : i];
            if (last < points[i]) {
                throw malformed(
                        text, "the range [%s] goes backwards (expected: the lower character first)".formatted(inside));
            }
            ranges.add(points[i]);
            ranges.add(last);
            i += range ? 2 : 0;
        }
        return new Token(
                none ? Kind.NONE_OF : Kind.ONE_OF,
                ranges.stream().mapToInt(Integer::intValue).toArray());
    }

    @Override
    public String toString() {
        return text;
    }
}
