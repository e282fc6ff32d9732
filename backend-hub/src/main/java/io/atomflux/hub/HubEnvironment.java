package io.atomflux.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What environment variables say of the hub, read as {@code huggingface_hub} 1.29 does ({@code constants.py}, {@code
 * utils/_auth.py}).
 */
final class HubEnvironment {

    private static final String PUBLIC = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)\\}|(\\w+))");

    private final Map<String, String> variables;
    private final Path home;

    HubEnvironment(Map<String, String> variables, Path home) {
        this.variables = variables;
        this.home = home;
    }

    /** Returns the environment of this process. */
    static HubEnvironment ofProcess() {
        return new HubEnvironment(System.getenv(), Path.of(System.getProperty("user.home", "")));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private boolean flag(String name) {
        return variable(name)
                .map(value -> TRUE.contains(value.strip().toUpperCase(Locale.ROOT)))
                .orElse(false);
    }

    String endpoint() {
        return variable("HF_ENDPOINT").orElse(PUBLIC);
    }

    boolean offline() {
        if (variable("HF_DATASETS_OFFLINE").isPresent()) {
            return flag("HF_DATASETS_OFFLINE");
        }
        return flag("HF_HUB_OFFLINE") || flag("TRANSFORMERS_OFFLINE");
    }

    private Path hubHome() {
        return variable("HF_HOME")
                .map(this::expanded)
                .or(() ->
                        variable("XDG_CACHE_HOME").map(cache -> expanded(cache).resolve("huggingface")))
                .orElse(home.resolve(".cache").resolve("huggingface"));
    }

    Path cacheFolder() {
        return variable("HF_HUB_CACHE")
                .or(() -> variable("HUGGINGFACE_HUB_CACHE"))
                .map(this::expanded)
                .orElse(hubHome().resolve("hub"));
    }

    private Path expanded(String path) {
        String replaced = VARIABLE.matcher(path)
                .replaceAll(found -> Matcher.quoteReplacement(variables.getOrDefault(
                        found.group(1) == null ? found.group(2) : found.group(1), found.group())));
        return replaced.equals("~") || replaced.startsWith("~/")
                ? home.resolve(replaced.substring(Math.min(2, replaced.length())))
                : Path.of(replaced);
    }

    /**
     * Returns the token, from variables or the file that logging in writes; reads that file.
     *
     * @throws IOException if there is a file that cannot be read
     */
    Optional<String> token() throws IOException {
        if (flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        Optional<String> named = variable("HF_TOKEN")
                .or(() -> variable("HUGGING_FACE_HUB_TOKEN"))
                .flatMap(HubEnvironment::cleaned);
        if (named.isPresent()) {
            return named;
        }
        Path file =
                variable("HF_TOKEN_PATH").map(this::expanded).orElse(hubHome().resolve("token"));
        try {
            return cleaned(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Takes line ends and outer blanks away; nothing left is no token. */
    static Optional<String> cleaned(String token) {
        return Optional.of(token.replace("\r", "").replace("\n", "").strip()).filter(text -> !text.isEmpty());
    }

    Optional<String> httpProxy() {
        return either("http_proxy", "HTTP_PROXY").or(() -> either("all_proxy", "ALL_PROXY"));
    }

    Optional<String> httpsProxy() {
        return either("https_proxy", "HTTPS_PROXY").or(() -> either("all_proxy", "ALL_PROXY"));
    }

    Optional<String> noProxy() {
        return either("no_proxy", "NO_PROXY");
    }

    private Optional<String> either(String lower, String upper) {
        return variable(lower).or(() -> variable(upper));
    }
}
