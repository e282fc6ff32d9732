package io.atomflux.artifact.mltraq;

import io.atomflux.artifact.payload.DeleteReport;
import java.util.UUID;

/**
 * What became of persisting an experiment.
 *
 * @param id of the experiment
 * @param name of the experiment
 * @param runs how many
 * @param cleaned payloads of what it replaced that were removed, and what could not be and waits for {@link Experiments#sweep}
 */
public record Persisted(UUID id, String name, long runs, DeleteReport cleaned) {}
