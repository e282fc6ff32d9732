package io.atomflux.redis;

import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Keeps every script that writes, to send it again; and stops answering after one of some name, like a dead client's. */
final class Recording implements Commands {

    private final Commands real;
    private final List<Mono<Object>> kept;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final Sinks.Empty<Object> resumed = Sinks.empty();
    final Mono<Void> stopped = stopping.asMono();
    private volatile String stopAfter = "";

    Recording(Commands real, List<Mono<Object>> kept) {
        this.real = real;
        this.kept = kept;
    }

    void stopAfter(String name) {
        stopAfter = name;
    }

    /** Lets the stopped script be answered as lost. */
    void goOn() {
        stopAfter = "";
        resumed.tryEmitError(new Unanswered(null));
    }

    @Override
    public Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments) {
        Mono<Object> once = real.eval(script, keys, arguments);
        if (!script.writes()) {
            return once;
        }
        synchronized (kept) {
            kept.add(once);
        }
        if (!script.name().equals(stopAfter)) {
            return once;
        }
        return once.doOnNext(answer -> stopping.tryEmitEmpty()).then(resumed.asMono());
    }

    @Override
    public Mono<Object> call(byte[] key, Command command, List<byte[]> arguments) {
        return real.call(key, command, arguments);
    }

    @Override
    public Flux<byte[]> scan(String pattern) {
        return real.scan(pattern);
    }

    @Override
    public Mono<String> setting(String name) {
        return real.setting(name);
    }
}
