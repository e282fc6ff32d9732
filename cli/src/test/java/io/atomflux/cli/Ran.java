package io.atomflux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.codec.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What one command did. */
record Ran(int code, String out, String err) {

    /** Runs a command in this process. */
    static Ran run(Object... args) {
        return shown(false, args);
    }

    /** Runs a command that a person watches. */
    static Ran watched(Object... args) {
        return shown(true, args);
    }

    private static Ran shown(boolean interactive, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        int code = Cli.run(new Console(out, new PrintWriter(err), interactive), texts);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString());
    }

    /** Checks that it went well. */
    Ran well() {
        assertThat(code).as("exit code; standard error: " + err).isZero();
        return this;
    }

    /** Checks that it could not be done and that the user was told so in one line of these words. */
    Ran refused(String... words) {
        assertThat(code).as("exit code; standard error: " + err).isEqualTo(2);
        assertThat(err.lines()).as(err).hasSize(1);
        assertThat(err).startsWith("atomflux: ").contains(words).doesNotContain("\tat ", "Exception");
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }

    List<?> array() {
        return (List<?>) Json.read(out);
    }

    Map<String, Object> object() {
        return map(Json.read(out));
    }

    @SuppressWarnings("unchecked") // JSON has no other keys
    static Map<String, Object> map(Object object) {
        return (Map<String, Object>) object;
    }
}
