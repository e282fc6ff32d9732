package io.atomflux.testkit.artifact;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FolderSharedArtifactsTest extends SharedArtifactsContract {

    @TempDir
    Path folder;

    @Override
    protected String location(String place) {
        return folder.resolve(place).toString();
    }
}
