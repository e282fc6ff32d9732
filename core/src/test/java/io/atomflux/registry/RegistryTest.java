package io.atomflux.registry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.error.NoBackendException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RegistryTest {

    @Test
    @DisplayName("a location nobody serves is refused at the call, naming what was found and which artefact to add")
    void explainsMissingBackends() {
        assertThatThrownBy(() -> AtomsIO.open("x.lmdb"))
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("found: none")
                .hasMessageContaining("io.atomflux:atomflux-backend-file-lmdb");
        assertThatThrownBy(() -> AtomsIO.open("nonsense://user:secret@host"))
                .isInstanceOf(NoBackendException.class)
                .hasMessageNotContaining("secret")
                .hasMessageContaining("check the spelling");
    }
}
