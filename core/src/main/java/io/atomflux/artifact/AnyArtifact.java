package io.atomflux.artifact;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stands for all artifacts where a query asks for no data class; nothing is stored by it. */
final class AnyArtifact implements ArtifactType<Artifact> {

    static final AnyArtifact ONE = new AnyArtifact();

    private AnyArtifact() {}

    @Override
    public String tag() {
        return "";
    }

    @Override
    public Class<Artifact> javaType() {
        return Artifact.class;
    }

    @Override
    public Map<String, @Nullable Object> write(Artifact object) {
        throw new UnsupportedOperationException("an artifact is no object to be put (expected: copyFrom)");
    }

    @Override
    public Artifact read(Map<String, @Nullable Object> descriptor) {
        throw new UnsupportedOperationException("an artifact is no object to be read (expected: its value or object)");
    }
}
