package io.atomflux.artifact.folder;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens folders of artifacts: the layout {@code folder}, which any number of processes of one machine may use at once.
 *
 * <p>A folder is made by the first change, unless it is there already with other things in it. Options are those of {@link
 * FolderOptions}.
 */
public final class FolderStorageProvider implements ArtifactStorageProvider {

    /** For {@link java.util.ServiceLoader}. */
    public FolderStorageProvider() {}

    @Override
    public String artifact() {
        return "atomflux-core";
    }

    @Override
    public String layout() {
        return "folder";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public boolean detects(Path folder) {
        // Looked at once more, as it may have become one while it was taken for one that is being made.
        return isMade(folder) || FolderPlace.isBegun(folder) || isMade(folder);
    }

    private static boolean isMade(Path folder) {
        return Files.isRegularFile(folder.resolve(FolderPlace.MARKER), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        return FolderStorage.of(location.path(), FolderOptions.from(options), options.readOnly());
    }
}
