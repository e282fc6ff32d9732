package io.atomflux.hub.net;

import java.io.IOException;
import java.util.Locale;

/** A connection was not made because of where it would have gone. */
final class RefusedAddressException extends IOException {

    private static final long serialVersionUID = 1L;
    private final Addresses.Reach reach;

    RefusedAddressException(Addresses.Reach reach) {
        super("refused address: " + reach, null);
        this.reach = reach;
    }

    String reach() {
        return reach == Addresses.Reach.NOBODY
                ? "reserved"
                : reach.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
