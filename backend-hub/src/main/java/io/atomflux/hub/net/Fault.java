package io.atomflux.hub.net;

import io.atomflux.error.AtomfluxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One attempt failed; never leaves this package: whoever decides about the next attempt shows {@link #told}. */
final class Fault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What may help. */
    enum Remedy {
        /** Nothing. */
        NONE,
        /** Time. */
        WAIT,
        /** Asking the hub again where the file is. */
        RESOLVE,
        /** Going on when somebody wants more: it was given up in favour of others. */
        DEMAND
    }

    private final Remedy remedy;
    private final transient @Nullable Duration serverWait;
    private final AtomfluxException told;

    private Fault(Remedy remedy, @Nullable Duration serverWait, AtomfluxException told) {
        super(told.getMessage(), told, false, false);
        this.remedy = remedy;
        this.serverWait = serverWait;
        this.told = told;
    }

    static Fault lasting(AtomfluxException told) {
        return new Fault(Remedy.NONE, null, told);
    }

    /**
     * Returns a fault that may pass.
     *
     * @param serverWait how long the server says to wait, if it does
     */
    static Fault passing(@Nullable Duration serverWait, AtomfluxException told) {
        return new Fault(Remedy.WAIT, serverWait, told);
    }

    static Fault stale(AtomfluxException told) {
        return new Fault(Remedy.RESOLVE, null, told);
    }

    static Fault yielded(AtomfluxException told) {
        return new Fault(Remedy.DEMAND, null, told);
    }

    Remedy remedy() {
        return remedy;
    }

    @Nullable
    Duration serverWait() {
        return serverWait;
    }

    AtomfluxException told() {
        return told;
    }
}
