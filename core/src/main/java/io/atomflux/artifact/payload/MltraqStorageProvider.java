package io.atomflux.artifact.payload;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Opens payload folders of MLtraq 0.1 as artifacts, one for each payload, under {@code <prefix>/<name>}, whose value is its
 * bytes; found by {@link java.util.ServiceLoader}.
 */
public final class MltraqStorageProvider implements ArtifactStorageProvider {

    private static final Pattern EXPERIMENT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern PAYLOAD = Pattern.compile("[0-9a-f]{32}");

    /** For {@link java.util.ServiceLoader}. */
    public MltraqStorageProvider() {}

    @Override
    public String artifact() {
        return "atomflux-core";
    }

    @Override
    public String layout() {
        return "mltraq";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    /** A folder of folders, one of which has the name of an experiment and holds nothing but payloads. */
    @Override
    public boolean detects(Path folder) {
        boolean found = false;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                if (name.startsWith(".")) {
                    continue;
                }
                if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    return false;
                }
                if (EXPERIMENT.matcher(name).matches()) {
                    if (!holdsPayloads(child)) {
                        return false;
                    }
                    found = true;
                }
            }
        } catch (IOException e) {
            return false;
        }
        return found;
    }

    private static boolean holdsPayloads(Path experiment) throws IOException {
        int seen = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(experiment)) {
            for (Path file : files) {
                if (!PAYLOAD.matcher(String.valueOf(file.getFileName())).matches()) {
                    return false;
                }
                if (++seen == 100) {
                    break; // enough to tell
                }
            }
        }
        return seen > 0;
    }

    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()), "unknown (expected: no options)");
        }
        return new MltraqStorage(new FolderPayloads(location.path()), options.readOnly());
    }
}
