package io.atomflux.testkit.hub;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import reactor.netty.resources.LoopResources;

/**
 * A dataset hub, as its documentation describes it, on two free ports of this machine: one that answers its API, and one
 * for the storage it redirects to.
 *
 * <p>What it does is an imitation: rules it was never compared with the real hub about are its author's reading.
 *
 * <ul>
 *   <li>API: dataset information, trees in pages, paths-info, refs, auth-check, the shortcut to converted files, and the
 *       viewer's {@code /parquet} and {@code /info} (at the same port)
 *   <li>Files: large ones by a redirect to signed addresses, small ones by a relative redirect with a query that counts
 *   <li>Access: public, private, gated, disabled, renamed and missing repositories; tokens
 *   <li>What goes wrong: see {@link Fault}; {@link #stop} and {@link #start} for an outage; {@link #revokeSignatures}
 * </ul>
 *
 * <p>For several threads. All requests are recorded.
 */
public final class ImitationHub implements AutoCloseable {

    private final Recorder recorder = new Recorder();
    private final Signatures signatures;
    private final HubSite site;
    private final Listener hub;
    private final Listener cdn;
    private final LoopResources loops = LoopResources.create("imitation-hub", 1, 2, true);

    private ImitationHub(Builder settings) {
        signatures = new Signatures(settings.clock, settings.signatureLife, settings.signatureUses);
        site = new HubSite(
                settings,
                signatures,
                new Quotas(settings.clock, settings.quotas),
                () -> endpoint().toString(),
                () -> storage().toString());
        CdnSite storage = new CdnSite(signatures);
        hub = new Listener(Host.HUB, recorder, site::answer, settings, loops);
        cdn = new Listener(Host.CDN, recorder, storage::answer, settings, loops);
        settings.datasets.forEach(site::publish);
    }

    /** Begins a hub without datasets. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the hub's address, as {@code HF_ENDPOINT} wants it. */
    public URI endpoint() {
        return URI.create(hub.address());
    }

    /** Returns the storage's address. */
    public URI storage() {
        return URI.create(cdn.address());
    }

    /** Adds a dataset, or moves {@code main} of the one of that name; older commits stay readable. */
    public void publish(ImitatedDataset dataset) {
        site.publish(dataset);
    }

    /** Lets something go wrong from now on. */
    public void inject(Fault fault) {
        recorder.inject(fault);
    }

    /** Returns how often a fault was applied. */
    public int applied(Fault fault) {
        return recorder.applied(fault);
    }

    /** Takes all faults away. */
    public void clearFaults() {
        recorder.clearFaults();
    }

    /** Makes the storage refuse all addresses signed so far. */
    public void revokeSignatures() {
        signatures.revoke();
    }

    /** Returns all requests since the last {@link #forget}, in the order of arrival. */
    public List<RecordedRequest> requests() {
        return recorder.requests();
    }

    /** Returns the requests of one listener. */
    public List<RecordedRequest> requests(Host host) {
        return recorder.requests().stream()
                .filter(request -> request.host() == host)
                .toList();
    }

    /** Forgets the requests so far and sets the meters back. */
    public void forget() {
        recorder.forget();
    }

    /** Returns how busy a listener was since the last {@link #forget}. */
    public Load load(Host host) {
        return recorder.load(host);
    }

    /** Resets all connections and refuses new ones, as if the machine were gone, until {@link #start}. */
    public synchronized void stop() {
        hub.stop();
        cdn.stop();
    }

    /** Takes requests again at the same ports. */
    public synchronized void start() {
        cdn.start();
        hub.start();
    }

    @Override
    public void close() {
        stop();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(60));
    }

    /** Settings; not for several threads at once. */
    public static final class Builder {

        private final List<ImitatedDataset> datasets = new ArrayList<>();
        private final Map<String, Set<String>> tokens = new ConcurrentHashMap<>();
        private final Map<String, Quotas.Quota> quotas = new ConcurrentHashMap<>();
        private int pageSize = 1000;
        private PageLinks links = PageLinks.ABSOLUTE;
        private boolean smallRedirected = true;
        private Duration signatureLife = Duration.ofHours(1);
        private int signatureUses = Integer.MAX_VALUE;
        private Clock clock = Clock.systemUTC();
        private Duration latency = Duration.ZERO;
        private Optional<KeyManagerFactory> keys = Optional.empty();
        private int port;

        private Builder() {}

        /** Publishes a dataset. */
        public Builder dataset(ImitatedDataset dataset) {
            datasets.add(dataset);
            return this;
        }

        /** Lets somebody in by a token; the ids are of private and gated datasets that may be read with it. */
        public Builder token(String token, String... readable) {
            tokens.put(token, Set.of(readable));
            return this;
        }

        /** Sets how many entries a page of a tree has; 1000 by default. */
        public Builder pageSize(int entries) {
            pageSize = entries;
            return this;
        }

        /** Sets how pages name the next one. */
        public Builder links(PageLinks how) {
            links = how;
            return this;
        }

        /** Sets whether small files are answered by a relative redirect, the default, or at once, as older hubs did. */
        public Builder smallRedirected(boolean yes) {
            smallRedirected = yes;
            return this;
        }

        /** Sets how long signed addresses are good; an hour by default. */
        public Builder signatureLife(Duration life) {
            signatureLife = life;
            return this;
        }

        /** Sets how often a signed address can be used; any number of times by default. */
        public Builder signatureUses(int requests) {
            signatureUses = requests;
            return this;
        }

        /** Sets the clock of signatures and quotas. */
        public Builder clock(Clock time) {
            clock = time;
            return this;
        }

        /** Refuses more than some requests of a class in each window: {@code api}, {@code resolvers} or {@code pages}. */
        public Builder quota(String kind, int requests, Duration window) {
            quotas.put(kind, new Quotas.Quota(requests, window, true));
            return this;
        }

        /** Makes every answer wait; not at all by default. */
        public Builder latency(Duration duration) {
            latency = duration;
            return this;
        }

        /** Speaks https at both ports, with these keys. */
        public Builder tls(KeyManagerFactory certificate) {
            keys = Optional.of(certificate);
            return this;
        }

        /** Sets the port of the hub; a free one by default. */
        public Builder port(int number) {
            port = number;
            return this;
        }

        /** Starts it; to be closed. */
        public ImitationHub start() {
            ImitationHub hub = new ImitationHub(this);
            hub.start();
            return hub;
        }

        Map<String, Set<String>> tokens() {
            return tokens;
        }

        int pageSize() {
            return pageSize;
        }

        PageLinks links() {
            return links;
        }

        boolean isSmallRedirected() {
            return smallRedirected;
        }

        Optional<KeyManagerFactory> keys() {
            return keys;
        }

        Duration latency() {
            return latency;
        }

        int port() {
            return port;
        }
    }
}
