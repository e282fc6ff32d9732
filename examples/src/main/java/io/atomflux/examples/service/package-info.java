/**
 * A whole microservice over a store of structures: HTTP by reactor-netty, rows in Redis, no thread that waits.
 *
 * <p>Start at {@link io.atomflux.examples.service.FrameService}; {@code SERVICE.md} shows how to call it. Types here use the
 * facades, errors and values only, Jackson with the module that writes structures, and reactor-netty.
 */
@NullMarked
package io.atomflux.examples.service;

import org.jspecify.annotations.NullMarked;
