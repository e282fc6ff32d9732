package io.atomflux.examples;

import io.atomflux.ObjectIO;
import reactor.core.publisher.Mono;

/** Copies rows between stores of any kinds, whatever their size: neither side is ever in memory as a whole. */
public final class CopyFiles {

    private CopyFiles() {}

    /** Copies the first store to the second, e.g. {@code frames.xyz md.lmdb}. */
    public static void main(String[] args) {
        System.out.println(copy(args[0], args[1]).block() + " rows in " + args[1]);
    }

    /**
     * Copies all rows.
     *
     * @return cold; the number of rows in the target afterwards
     */
    static Mono<Long> copy(String from, String to) {
        return ObjectIO.with(from, source -> ObjectIO.with(to, target -> target.extend(source.rows())));
    }
}
