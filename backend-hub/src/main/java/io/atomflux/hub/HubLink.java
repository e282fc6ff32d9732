package io.atomflux.hub;

import io.atomflux.error.StoreAccessException;
import io.atomflux.hub.catalog.Catalog;
import io.atomflux.hub.catalog.CatalogOptions;
import io.atomflux.hub.net.HubClient;
import io.atomflux.hub.net.HubClients;
import io.atomflux.hub.net.NetOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A client with the catalog that asks through it.
 *
 * @param client to be closed
 */
record HubLink(HubClient client, Catalog catalog) {

    /** Returns what makes a link; the token's file is read then, where reading may take a while. */
    static Mono<HubLink> opener(HubOptions options, HubEnvironment environment) {
        NetOptions.Builder net = NetOptions.builder(
                        options.endpoint().orElseGet(() -> URI.create(environment.endpoint())))
                .offline(options.offline().orElse(environment.offline()))
                .connectTimeout(options.timeout())
                .answerTimeout(options.timeout())
                .idleTimeout(options.timeout())
                .retries(options.retries())
                .retryBudget(options.retryBudget())
                .parallelRequests(options.parallel());
        options.proxy().or(environment::httpProxy).ifPresent(net::httpProxy);
        options.proxy().or(environment::httpsProxy).ifPresent(net::httpsProxy);
        options.noProxy().or(environment::noProxy).ifPresent(net::noProxy);
        options.caFile().ifPresent(net::extraTrust);
        CatalogOptions catalog = new CatalogOptions(
                Optional.of(options.cacheDir().orElseGet(environment::cacheFolder)),
                options.offline().orElse(environment.offline()),
                options.partial());
        return Mono.fromCallable(() -> {
                    Optional<String> token = token(options, environment);
                    HubClient client = HubClients.of(net.token(() -> token).build());
                    return new HubLink(client, Catalog.of(client, catalog));
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static Optional<String> token(HubOptions options, HubEnvironment environment) {
        try {
            return options.token().isPresent() ? options.token().flatMap(HubEnvironment::cleaned) : environment.token();
        } catch (IOException e) {
            throw new StoreAccessException(
                    environment.endpoint(),
                    "the file of the token cannot be read; set HF_TOKEN, or the option token",
                    e);
        }
    }
}
