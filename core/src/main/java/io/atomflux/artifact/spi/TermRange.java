package io.atomflux.artifact.spi;

import io.atomflux.value.Bytes;
import java.util.Arrays;

/**
 * All terms of a field whose value lies between two, both included.
 *
 * @param from least value in the order of unsigned bytes
 * @param to greatest value
 */
public record TermRange(String field, Bytes from, Bytes to) {

    /** Returns the terms equal to one. */
    public static TermRange exactly(Term term) {
        return new TermRange(term.field(), term.value(), term.value());
    }

    /** Returns the terms of a field between two numbers, both included; infinities leave a side open. */
    public static TermRange between(String field, double least, double most) {
        return new TermRange(field, Term.number(least), Term.number(most));
    }

    /** Returns the terms of a field whose text begins with a prefix. */
    public static TermRange beginning(String field, String prefix) {
        byte[] from = Term.text(prefix).toArray();
        byte[] to = new byte[257];
        Arrays.fill(to, (byte) 0xff);
        System.arraycopy(from, 0, to, 0, from.length);
        return new TermRange(field, Bytes.wrap(from), Bytes.wrap(to));
    }

    /** Tells whether a term lies inside. */
    public boolean holds(Term term) {
        return term.field().equals(field)
                && from.compareTo(term.value()) <= 0
                && term.value().compareTo(to) <= 0;
    }
}
