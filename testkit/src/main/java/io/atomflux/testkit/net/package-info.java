/**
 * A proxy that stands between a backend's driver and its server and makes the network fail; for authors of backends.
 *
 * <p>Start at {@link io.atomflux.testkit.net.FaultProxy}:
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to("127.0.0.1", redis.port(), Framing.RESP)) {
 *     RowBackend<?> backend = open("redis://127.0.0.1:" + proxy.port());
 *     Fault lost = proxy.loseReply(When.next().command("EVALSHA"), Cut.RST); // applied, but nobody is told
 *     …
 *     lost.awaitFired(1, Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>Types here use the JDK only.
 */
@NullMarked
package io.atomflux.testkit.net;

import org.jspecify.annotations.NullMarked;
