package io.atomflux.hub.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * What a pattern says of one name between slashes: {@code *} is any number of characters, {@code ?} is one, {@code […]} and
 * {@code [!…]} are sets.
 *
 * <p>Source: {@code fsspec}, {@code utils.py}, {@code _translate}. A set there may hold the slash; here none does.
 */
final class GlobStep {

    /** One character, or any number of them. */
    private record Token(boolean star, boolean negated, int[] ranges) {

        boolean matches(int point) {
            boolean found = false;
            for (int i = 0; i < ranges.length && !found; i += 2) {
                found = ranges[i] <= point && point <= ranges[i + 1];
            }
            return found != negated;
        }
    }

    private final String text;
    private final List<Token> tokens;

    private GlobStep(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    static GlobStep of(String text) {
        List<Token> tokens = new ArrayList<>();
        int i = 0;
        boolean mayBeSet = true;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            int end = point == '[' && mayBeSet ? endOfSet(text, i) : -1;
            if (end >= 0) {
                tokens.add(set(text, i + 1, end));
                i = end + 1;
                continue;
            } else if (point == '[') {
                mayBeSet = endsSomewhere(text, i); // else the rest is not looked through again and again
            }
            if (point != '*') {
                tokens.add(
                        point == '?'
                                ? new Token(false, true, new int[0])
                                : new Token(false, false, new int[] {point, point}));
            } else if (tokens.isEmpty() || !tokens.get(tokens.size() - 1).star()) {
                tokens.add(new Token(true, false, new int[0]));
            }
            i += Character.charCount(point);
        }
        return new GlobStep(text, List.copyOf(tokens));
    }

    private static boolean endsSomewhere(String text, int open) {
        return text.indexOf(']', open) >= 0;
    }

    /** Finds the bracket that ends a set; one right at its beginning is part of it. -1: the bracket is an ordinary one. */
    private static int endOfSet(String text, int open) {
        int from = open + 1;
        if (from < text.length() && text.charAt(from) == '!') {
            from++;
        }
        if (from < text.length() && text.charAt(from) == ']') {
            from++;
        }
        return text.indexOf(']', from);
    }

    private static Token set(String text, int from, int end) {
        boolean negated = text.charAt(from) == '!';
        List<Integer> ranges = new ArrayList<>();
        int i = negated ? from + 1 : from;
        while (i < end) {
            int low = text.codePointAt(i);
            int high = low;
            i += Character.charCount(low);
            if (i + 1 < end && text.charAt(i) == '-') {
                high = text.codePointAt(i + 1);
                i += 1 + Character.charCount(high);
            }
            ranges.add(low);
            ranges.add(high);
        }
        return new Token(
                false, negated, ranges.stream().mapToInt(Integer::intValue).toArray());
    }

    String text() {
        return text;
    }

    /** Tells whether a name, which has no slash, is matched. */
    boolean matches(String name) {
        int at = 0;
        int i = 0;
        int star = -1;
        int tried = 0;
        while (at < name.length()) {
            int point = name.codePointAt(at);
            if (i < tokens.size() && tokens.get(i).star()) {
                star = i;
                tried = at;
                i++;
            } else if (i < tokens.size() && tokens.get(i).matches(point)) {
                i++;
                at += Character.charCount(point);
            } else if (star >= 0) {
                tried += Character.charCount(name.codePointAt(tried));
                at = tried;
                i = star + 1;
            } else {
                return false;
            }
        }
        while (i < tokens.size() && tokens.get(i).star()) {
            i++;
        }
        return i == tokens.size();
    }
}
