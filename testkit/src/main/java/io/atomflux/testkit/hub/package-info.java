/**
 * An imitation of a dataset hub and of the storage it redirects to, on this machine; for tests and measurements of
 * whatever streams datasets.
 *
 * <p>It was made from the documentation of the Hugging Face Hub and its clients. It is not the hub: what passes here was
 * not thereby tried against the real one.
 *
 * <p>Start at {@link io.atomflux.testkit.hub.ImitationHub}:
 *
 * <pre>{@code
 * ImitatedDataset toy = ImitatedDataset.of("lab/toy").file("README.md", "---\n---\n").file("co/co_0.parquet", bytes).build();
 * try (ImitationHub hub = ImitationHub.builder().dataset(toy).start()) {
 *     hub.inject(Fault.at(Host.CDN).skip(3).times(2).status(503));
 *     ObjectIO rows = ObjectIO.open("hf://lab/toy", OpenOptions.of("endpoint", hub.endpoint()));
 *     …
 *     assertThat(hub.requests(Host.HUB)).hasSize(4);
 * }
 * }</pre>
 *
 * <p>Types here use {@code io.atomflux.codec} of the core and reactor-netty, which a module that uses this package adds
 * itself.
 */
@NullMarked
package io.atomflux.testkit.hub;

import org.jspecify.annotations.NullMarked;
