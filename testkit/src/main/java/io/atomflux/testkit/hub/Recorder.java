package io.atomflux.testkit.hub;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What came, what was injected and how often, and how busy the listeners were; for several threads. */
final class Recorder {

    private static final class Injected {
        private final Fault fault;
        private int seen;
        private int applied;

        Injected(Fault fault) {
            this.fault = fault;
        }
    }

    private static final class Meter {
        private long requests;
        private long bytes;
        private int running;
        private int most;
    }

    private final List<RecordedRequest> requests = new ArrayList<>();
    private final List<Injected> faults = new ArrayList<>();
    private final Map<Host, Meter> meters = new EnumMap<>(Host.class);
    private long next;

    Recorder() {
        for (Host host : Host.values()) {
            meters.put(host, new Meter());
        }
    }

    synchronized RecordedRequest begin(
            Host host, String method, String path, String query, Map<String, String> headers, String body) {
        RecordedRequest request = new RecordedRequest(next++, host, method, path, query, headers, body);
        requests.add(request);
        Meter meter = meter(host);
        meter.requests++;
        meter.running++;
        meter.most = Math.max(meter.most, meter.running);
        return request;
    }

    synchronized void sent(Host host, long bytes) {
        meter(host).bytes += bytes;
    }

    synchronized void end(Host host) {
        meter(host).running--;
    }

    private Meter meter(Host host) {
        return Objects.requireNonNull(meters.get(host));
    }

    synchronized Optional<Fault> fault(RecordedRequest request) {
        for (Injected injected : faults) {
            if (injected.fault.matches(request)) {
                injected.seen++;
                if (injected.seen > injected.fault.skip() && injected.applied < injected.fault.times()) {
                    injected.applied++;
                    return Optional.of(injected.fault);
                }
            }
        }
        return Optional.empty();
    }

    synchronized void inject(Fault fault) {
        faults.add(new Injected(fault));
    }

    synchronized int applied(Fault fault) {
        return faults.stream()
                .filter(injected -> injected.fault == fault)
                .mapToInt(injected -> injected.applied)
                .sum();
    }

    synchronized void clearFaults() {
        faults.clear();
    }

    synchronized List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized void forget() {
        requests.clear();
        for (Meter meter : meters.values()) {
            meter.requests = 0;
            meter.bytes = 0;
            meter.most = meter.running;
        }
    }

    synchronized Load load(Host host) {
        Meter meter = meter(host);
        return new Load(meter.requests, meter.bytes, meter.running, meter.most);
    }
}
