package io.atomflux.hub.catalog;

import io.atomflux.hub.net.HubAnswer;
import java.net.URI;
import reactor.core.publisher.Mono;

/** Fetches small bodies as {@link io.atomflux.hub.net.HubClient#get} does; what comes is handed on where it may take long. */
@FunctionalInterface
interface Fetch {

    Mono<HubAnswer> get(URI resource, long maxBytes);
}
