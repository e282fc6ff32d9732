package io.atomflux.mongo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What no message may show: user, password, and what the options of the driver hold of the kind. */
final class Secrets {

    static final Secrets NONE = new Secrets(List.of());
    private static final String HIDDEN = "<hidden>";
    private static final int SHORTEST = 3; // a shorter one would blacken every message and be guessed anyway
    private static final int DEEPEST = 20;
    private static final List<String> OPTIONS = List.of("proxyPassword", "proxyUsername", "authMechanismProperties");
    private static final Pattern USER = Pattern.compile("userName='[^']*'");

    private final List<String> words;

    private Secrets(List<String> words) {
        this.words = words;
    }

    static Secrets of(String userInfo, Map<String, String> driver) {
        List<String> words = new ArrayList<>();
        for (String part : userInfo.split(":", 2)) {
            words.add(part);
            try {
                words.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException notEncoded) {
                continue; // the driver refuses it later; as it stands it is hidden already
            }
        }
        OPTIONS.forEach(name -> words.add(driver.getOrDefault(name, "")));
        words.removeIf(word -> word.length() < SHORTEST);
        words.sort(Comparator.comparingInt(String::length).reversed());
        return words.isEmpty() ? NONE : new Secrets(List.copyOf(words));
    }

    String hide(String text) {
        String shown = USER.matcher(text).replaceAll("userName='" + HIDDEN + "'");
        for (String word : words) {
            shown = shown.replace(word, HIDDEN);
        }
        return shown;
    }

    /** Returns the failure, or a likeness of it if a message of it or of its causes shows a secret. */
    Throwable hide(Throwable failure) {
        return isClean(failure, 0) ? failure : likeness(failure, 0);
    }

    private boolean isClean(Throwable failure, int depth) {
        String text = String.valueOf(failure);
        Throwable cause = failure.getCause();
        if (!hide(text).equals(text) || depth > DEEPEST) {
            return false;
        }
        for (Throwable other : failure.getSuppressed()) {
            if (!isClean(other, depth + 1)) {
                return false;
            }
        }
        return cause == null || isClean(cause, depth + 1);
    }

    private Likeness likeness(Throwable failure, int depth) {
        Throwable cause = depth > DEEPEST ? null : failure.getCause();
        Likeness likeness =
                new Likeness(hide(String.valueOf(failure)), cause == null ? null : likeness(cause, depth + 1));
        likeness.setStackTrace(failure.getStackTrace());
        return likeness;
    }

    /** A failure of the driver without what has to be hidden. */
    private static final class Likeness extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Likeness(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage()); // begins with the class of what it stands for
        }
    }
}
