package io.atomflux.mongo;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** What the driver does on the threads of its callers: it takes its own locks for a moment, as a queue's hand-over does. */
public final class DriverLocks implements BlockHoundIntegration {

    /** For {@link java.util.ServiceLoader}. */
    public DriverLocks() {}

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("com.mongodb.internal.Locks", "lockInterruptibly")
                .allowBlockingCallsInside("com.mongodb.internal.Locks", "checkedWithLock")
                .allowBlockingCallsInside("com.mongodb.internal.Locks", "withInterruptibleLock");
    }
}
