package io.atomflux.codec;

import io.atomflux.atoms.Elements;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What ASE lets into the {@code key_value_pairs} of its databases (ase.db.core.check of ASE 3.29). */
public final class AseKeyValuePairs {

    private static final Pattern NAME = Pattern.compile("[_a-zA-Z][_0-9a-zA-Z]*");

    /** What Python's int() and float() accept, with blanks around. */
    private static final Pattern NUMBER = Pattern.compile(
            "[+-]?((\\p{Nd}+(_\\p{Nd}+)*\\.?|\\.\\p{Nd})(\\p{Nd}|_(?=\\p{Nd}))*([eE][+-]?\\p{Nd}+(_\\p{Nd}+)*)?|inf|infinity|nan)",
            Pattern.CASE_INSENSITIVE);

    private static final Set<String> RESERVED = reserved();

    private AseKeyValuePairs() {}

    private static Set<String> reserved() {
        Set<String> reserved = new HashSet<>(List.of(
                "numbers",
                "positions",
                "cell",
                "pbc",
                "id",
                "unique_id",
                "ctime",
                "mtime",
                "user",
                "natoms",
                "formula",
                "age",
                "fmax",
                "smax",
                "initial_magmoms",
                "initial_charges",
                "masses",
                "tags",
                "momenta",
                "constraints",
                "calculator",
                "calculator_parameters",
                "key_value_pairs",
                "data")); // the last two ASE takes for arguments of its own
        reserved.addAll(AseResults.NAMES);
        reserved.addAll(Elements.symbols());
        return reserved;
    }

    /** Tells whether a name is allowed. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !RESERVED.contains(name);
    }

    /** Tells whether a value is allowed: a number, a boolean, or a text that looks like neither. */
    public static boolean isValue(@Nullable Object value) {
        Object plain = value instanceof NdScalar scalar ? scalar.plain() : value;
        if (plain instanceof String text) {
            return !text.equals("True")
                    && !text.equals("False")
                    && !NUMBER.matcher(text.strip()).matches();
        }
        return plain instanceof Long
                || plain instanceof Double
                || plain instanceof Boolean
                || plain instanceof BigInteger;
    }
}
