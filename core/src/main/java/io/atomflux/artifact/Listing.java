package io.atomflux.artifact;

import io.atomflux.artifact.spi.StoredRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Walks over keys. */
final class Listing {

    private static final int FEW =
            15; // records of one sub-store that are read, rather than asking anew behind it; the first page has 16
    private static final String LAST = new String(Character.toChars(Character.MAX_CODE_POINT));

    private Listing() {}

    /** Streams the records at or below a key, ordered; null for all of the scope. */
    static Flux<StoredRecord> below(Scope scope, @Nullable String full) {
        return full == null
                ? scope.core().storage().list(scope.prefix(), "")
                : Flux.concat(
                        scope.core().storage().load(full),
                        scope.core().storage().list(full + "/", ""));
    }

    /** Streams the names directly below a prefix, which is empty or ends in a slash. */
    static Flux<String> names(Scope scope, String prefix) {
        return Flux.defer(() -> {
            Walk walk = new Walk(scope, prefix);
            return Flux.defer(walk::pass).repeat(walk::goesOn);
        });
    }

    /**
     * One walk. A name whose key comes first and whose sub-store comes later, as {@code a}, {@code a-b}, {@code a/c} are
     * ordered, is remembered as long as its sub-store may follow; of these, each begins with the one before.
     */
    private static final class Walk {
        private final Scope scope;
        private final String prefix;
        private final Deque<String> shown = new ArrayDeque<>();
        private String after = "";
        private String current = "";
        private int seen;
        private boolean more;

        Walk(Scope scope, String prefix) {
            this.scope = scope;
            this.prefix = prefix;
        }

        boolean goesOn() {
            return more;
        }

        Flux<String> pass() {
            more = false;
            return scope.core()
                    .storage()
                    .list(prefix, after)
                    .takeUntil(this::endsPass)
                    .handle((record, sink) -> {
                        String name = name(record);
                        while (!shown.isEmpty() && !name.startsWith(shown.peekLast())) {
                            shown.removeLast();
                        }
                        if (!shown.contains(name)) {
                            shown.addLast(name);
                            sink.next(name);
                        }
                    });
        }

        private boolean endsPass(StoredRecord record) {
            String name = name(record);
            boolean inside = record.key().length() > prefix.length() + name.length();
            seen = inside && name.equals(current) ? seen + 1 : 0;
            current = name;
            if (seen >= FEW) {
                more = true;
                seen = 0;
                after = prefix + name + "/" + LAST;
            }
            return more;
        }

        private String name(StoredRecord record) {
            int slash = record.key().indexOf('/', prefix.length());
            return record.key()
                    .substring(prefix.length(), slash < 0 ? record.key().length() : slash);
        }
    }
}
