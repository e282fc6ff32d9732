package io.atomflux.mongo;

import java.util.List;
import org.bson.BsonInt32;
import reactor.core.publisher.Mono;

/** Tells from the log whether rows kept their positions between two moments. */
final class AsebytesOrder {

    private final String store;
    private final Documents documents;

    AsebytesOrder(String store, Documents documents) {
        this.store = store;
        this.documents = documents;
    }

    /** A moment of the metadata. */
    record Mark(String group, long revision, String foreign) {
        static Mark of(AsebytesHead head) {
            return new Mark(String.valueOf(head.group()), head.rev(), head.foreign());
        }
    }

    /** The metadata with its log. */
    record Told(AsebytesHead head, List<AsebytesLog.Entry> entries) {

        /** Returns what was logged after a revision; an incomplete list if it is older than the log. */
        List<AsebytesLog.Entry> after(long revision) {
            return entries.stream().filter(entry -> entry.revision() > revision).toList();
        }
    }

    Mono<Told> log() {
        return documents
                .findOne(AsebytesDocs.meta(), AsebytesDocs.head().append("af.log", new BsonInt32(1)))
                .switchIfEmpty(Mono.error(() -> new LayoutStore.Vanished(store)))
                .map(meta -> {
                    AsebytesHead head = AsebytesHead.of(meta, store);
                    return new Told(head, AsebytesLog.of(meta, head));
                });
    }

    /**
     * Tells whether another row stands at a position because it was replaced: whether everything from one moment to a later
     * one is known, was something at all, and left rows where they stood.
     */
    Mono<Boolean> isKept(Mark from, AsebytesHead to) {
        if (!Mark.of(to).foreign().equals(from.foreign())
                || !Mark.of(to).group().equals(from.group())) {
            return Mono.just(false);
        }
        return log().map(told -> {
            List<AsebytesLog.Entry> between = told.after(from.revision()).stream()
                    .filter(entry -> entry.revision() <= to.rev())
                    .toList();
            return !between.isEmpty()
                    && between.size() == to.rev() - from.revision()
                    && between.stream().allMatch(entry -> AsebytesReader.keepsOrder(entry.kind()));
        });
    }
}
