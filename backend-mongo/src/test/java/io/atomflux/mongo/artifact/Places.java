package io.atomflux.mongo.artifact;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.mongo.MongoServers;
import io.atomflux.mongo.MongoSpace;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;

/** Stores of artifacts that no other test has. */
final class Places {

    private String database = MongoServers.freshDatabase();

    /** Goes on to one that is empty. */
    Places next() {
        database = MongoServers.freshDatabase();
        return this;
    }

    String database() {
        return database;
    }

    private OpenOptions options() {
        OpenOptions options = OpenOptions.none();
        for (var option : location().query().entrySet()) {
            options = options.with(option.getKey(), option.getValue());
        }
        return options;
    }

    private Location location() {
        return Location.parse(MongoServers.uri(database));
    }

    MongoSpace space() {
        return MongoSpace.of(location(), options(), "artifacts");
    }

    ArtifactStorage storage() {
        return new MongoArtifactProvider().open(location(), options());
    }

    ArtifactStorage readOnly() {
        return new MongoArtifactProvider().open(location(), options().withReadOnly());
    }
}
