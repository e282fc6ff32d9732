package io.atomflux.mongo;

import static io.atomflux.mongo.Bson.doc;

import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Follows the changes by asking for the revision, at once after a publish of this process. */
final class PagedFollower {

    private final Paged paged;
    private final Sinks.Many<Boolean> news = Sinks.many().multicast().directBestEffort();

    PagedFollower(Paged paged) {
        this.paged = paged;
    }

    /** Tells followers in this process that there may be something new. */
    void wake() {
        news.tryEmitNext(true); // one that is lost because another thread wakes them, too, is not missed
    }

    Flux<Change> changes(Optional<Revision> from) {
        return Flux.defer(() -> {
            Follower follower = new Follower(from);
            return Flux.defer(follower::look)
                    .repeatWhen(looks -> looks.concatMap(told -> told > 0
                            ? Mono.just(true)
                            : Mono.firstWithSignal(
                                    Mono.delay(paged.settings.poll(), paged.clock.scheduler()),
                                    news.asFlux().next())));
        });
    }

    /** One subscription; remembers where it is. */
    private final class Follower {
        private final @Nullable Revision from;
        private boolean begun;
        private ChangeLog.@Nullable Place place;

        Follower(Optional<Revision> from) {
            this.from = from.orElse(null);
        }

        Flux<Change> look() {
            return paged.patiently(
                            paged.documents.findOne(Paged.rootKey(), doc("rev", 1)),
                            paged.clock.after(paged.settings.deadline()))
                    .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(paged.name)))
                    .flatMapMany(root -> {
                        long rev = Bson.number(root, "rev");
                        if (!begun) {
                            begun = true;
                            place = from == null ? new ChangeLog.Place(rev, 0, 0) : ChangeLog.Place.of(from);
                        }
                        ChangeLog.Place at = place;
                        return at != null && at.rev() == rev && at.told() == at.all() ? Flux.empty() : tell(at);
                    });
        }

        private Flux<Change> tell(ChangeLog.@Nullable Place at) {
            return paged.patiently(
                            paged.documents.findOne(Paged.rootKey(), doc("rev", 1, "size", 1, "log", 1)),
                            paged.clock.after(paged.settings.deadline()))
                    .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(paged.name)))
                    .flatMapIterable(root -> {
                        long rev = Bson.number(root, "rev");
                        List<Change> changes =
                                ChangeLog.after(at, rev, Bson.number(root, "size"), root.getArray("log"));
                        place = new ChangeLog.Place(rev, 0, 0);
                        return changes;
                    });
        }
    }
}
