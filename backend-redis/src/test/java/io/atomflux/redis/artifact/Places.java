package io.atomflux.redis.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.redis.RedisSpace;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.util.UUID;

/** Stores of artifacts that no other test has, on one server. */
final class Places {

    private final String uri;
    private String group = "";

    Places(String uri) {
        this.uri = uri;
    }

    /** Goes on to one that is empty. */
    Places next() {
        group = "t" + UUID.randomUUID().toString().substring(0, 13);
        return this;
    }

    String group() {
        return group;
    }

    Location location() {
        return Location.parse(uri);
    }

    OpenOptions options() {
        return OpenOptions.ofGroup(group);
    }

    RedisSpace space() {
        return RedisSpace.of("atomflux-artifacts/", location(), options(), "artifacts");
    }

    ArtifactStorage storage() {
        return new RedisArtifactProvider().open(location(), options());
    }

    ArtifactStorage readOnly() {
        return new RedisArtifactProvider().open(location(), options().withReadOnly());
    }
}
