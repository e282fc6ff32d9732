package io.atomflux.hub.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what a refusing server says in its body: {@code {"error": "…"}}, {@code {"error": ["…"]}}, {@code
 * {"errors":[{"message":"…"}]}} of the hub, {@code <Error><Code>…</Code><Message>…} of its storage. Pages for people (HTML)
 * say nothing.
 *
 * <p>Looks for these forms only: a message that is not found is no loss, so this needs no parser.
 */
final class ErrorText {

    private static final int LONGEST = 300;
    private static final String STRING = "\"((?:[^\"\\\\]|\\\\.)*+)\"";
    private static final Pattern JSON =
            Pattern.compile("\\A\\s*+\\{.*?\"(?:error|message)\"\\s*+:\\s*+(?:\\[\\s*+)?+" + STRING, Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("<Code>([^<]{1,100})</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,300})</Message>");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)");

    private ErrorText() {}

    static Optional<String> find(String body) {
        String text = body.stripLeading();
        if (text.startsWith("{")) {
            Matcher found = JSON.matcher(text);
            return found.find() ? said(unescaped(found.group(1))) : Optional.empty();
        }
        Matcher code = CODE.matcher(text);
        if (!text.startsWith("<") || !code.find()) {
            return Optional.empty();
        }
        Matcher message = MESSAGE.matcher(text);
        return said(message.find() ? code.group(1) + ", " + message.group(1) : code.group(1));
    }

    /** Returns a message in one line of bounded length, if it says anything; parts of signed addresses are taken out. */
    static Optional<String> said(String text) {
        String line = text.replaceAll("\\s+", " ").strip().replaceAll("(https?://[^\\s?\"]*)\\?[^\\s\"]*", "$1?…");
        if (line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
    }

    private static String unescaped(String json) {
        return ESCAPE.matcher(json).replaceAll(found -> {
            String code = found.group(1);
            char first = code.charAt(0);
            String plain = code.length() == 5
                    ? String.valueOf((char) Integer.parseInt(code.substring(1), 16))
                    : "nrtbf".indexOf(first) >= 0 ? " " : code;
            return Matcher.quoteReplacement(plain);
        });
    }
}
