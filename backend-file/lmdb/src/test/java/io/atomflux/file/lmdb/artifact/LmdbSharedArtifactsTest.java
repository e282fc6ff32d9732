package io.atomflux.file.lmdb.artifact;

import io.atomflux.testkit.artifact.SharedArtifactsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LmdbSharedArtifactsTest extends SharedArtifactsContract {

    @TempDir
    Path folder;

    @Override
    protected String location(String place) {
        return folder.resolve(place + ".lmdb").toString();
    }
}
