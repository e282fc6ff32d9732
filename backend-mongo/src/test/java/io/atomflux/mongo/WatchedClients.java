package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import com.mongodb.event.ConnectionCheckedInEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionPoolListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.bson.BsonDocument;

/** Shared clients that count what is taken from the driver's pools and how many cursors are open. */
final class WatchedClients {

    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong cursorsOpened = new AtomicLong();
    private final AtomicLong cursorsEnded = new AtomicLong();
    private final List<String> commands = new CopyOnWriteArrayList<>();

    final SharedClients clients = new SharedClients(settings -> settings.applyToConnectionPoolSettings(
                    pool -> pool.addConnectionPoolListener(new ConnectionPoolListener() {
                        @Override
                        public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
                            taken.incrementAndGet();
                        }

                        @Override
                        public void connectionCheckedIn(ConnectionCheckedInEvent event) {
                            taken.decrementAndGet();
                        }
                    }))
            .addCommandListener(new CommandListener() {
                @Override
                public void commandStarted(CommandStartedEvent event) {
                    commands.add(event.getCommandName());
                    if (event.getCommandName().equals("killCursors")) {
                        cursorsEnded.addAndGet(
                                event.getCommand().getArray("cursors").size());
                    }
                }

                @Override
                public void commandSucceeded(CommandSucceededEvent event) {
                    BsonDocument cursor = event.getResponse().getDocument("cursor", new BsonDocument());
                    boolean open = cursor.isInt64("id") && cursor.getInt64("id").getValue() != 0;
                    if (cursor.containsKey("firstBatch") && open) {
                        cursorsOpened.incrementAndGet();
                    } else if (cursor.containsKey("nextBatch") && !open) {
                        cursorsEnded.incrementAndGet();
                    }
                }
            }));

    List<String> commands() {
        return commands;
    }

    long cursorsOpened() {
        return cursorsOpened.get();
    }

    /** Fails unless every connection went back to its pool and every cursor was ended within a moment. */
    void awaitQuiet() {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while ((taken.get() != 0 || cursorsOpened.get() != cursorsEnded.get()) && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(taken.get()).as("connections taken from pools").isZero();
        assertThat(cursorsEnded.get()).as("cursors ended").isEqualTo(cursorsOpened.get());
    }
}
