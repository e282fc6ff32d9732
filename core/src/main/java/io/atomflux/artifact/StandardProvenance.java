package io.atomflux.artifact;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@link Provenance#standard} tells; found out once per process. */
final class StandardProvenance implements Provenance {

    static final StandardProvenance ONE = new StandardProvenance(Path.of(""));

    private static final int MOST_LIBRARIES = 200;
    private static final Pattern LIBRARY = Pattern.compile("(.+?)-(\\d[\\w.+-]*)\\.jar");

    private final Path workingFolder;
    private @Nullable Map<String, @Nullable Object> found; // guarded by this

    StandardProvenance(Path workingFolder) {
        this.workingFolder = workingFolder;
    }

    @Override
    public synchronized Map<String, @Nullable Object> collect() {
        Map<String, @Nullable Object> known = found;
        if (known == null) {
            known = tell();
            found = known;
        }
        return known;
    }

    private Map<String, @Nullable Object> tell() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put(VERSIONS, versions(System.getProperty("java.class.path", "")));
        host().ifPresent(name -> all.put(HOST, name));
        GitState.of(workingFolder).ifPresent(state -> {
            all.put(COMMIT, state.commit());
            state.dirty().ifPresent(dirty -> all.put(DIRTY, dirty));
        });
        return all;
    }

    static Map<String, Object> versions(String classPath) {
        Map<String, Object> versions = new TreeMap<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Matcher library = LIBRARY.matcher(new File(entry).getName());
            if (versions.size() < MOST_LIBRARIES && library.matches()) {
                versions.put(library.group(1), library.group(2));
            }
        }
        versions.put("java", Runtime.version().toString());
        return versions;
    }

    private static Optional<String> host() {
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return hostByCommand(); // a machine without an entry for its own name
        }
    }

    private static Optional<String> hostByCommand() {
        try {
            return Commands.firstLine(Path.of(""), "hostname");
        } catch (IOException e) {
            return Optional.empty(); // it has no such command: then nobody knows, and nothing is told
        }
    }
}
