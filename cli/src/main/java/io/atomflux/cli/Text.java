package io.atomflux.cli;

import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Schema;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Values, shapes, units and sizes as people read them. */
final class Text {

    /** Units by convention; nothing is converted. */
    private static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("arrays.positions", "Å"),
            Map.entry("arrays.momenta", "√(u·eV)"),
            Map.entry("arrays.masses", "u"),
            Map.entry("arrays.initial_charges", "e"),
            Map.entry("arrays.initial_magmoms", "µB"),
            Map.entry("cell", "Å"),
            Map.entry("calc.energy", "eV"),
            Map.entry("calc.free_energy", "eV"),
            Map.entry("calc.energies", "eV"),
            Map.entry("calc.forces", "eV/Å"),
            Map.entry("calc.stress", "eV/Å³"),
            Map.entry("calc.stresses", "eV/Å³"),
            Map.entry("calc.dipole", "e·Å"),
            Map.entry("calc.charges", "e"),
            Map.entry("calc.magmom", "µB"),
            Map.entry("calc.magmoms", "µB"));

    private static final int LONGEST = 40;
    private static final MathContext SHORT = new MathContext(10, RoundingMode.HALF_EVEN);

    private Text() {}

    /** Returns the unit of a key, or an empty text. */
    static String unit(String key) {
        return UNITS.getOrDefault(key, "");
    }

    /** Returns a key with its unit in brackets. */
    static String withUnit(String key) {
        String unit = unit(key);
        return unit.isEmpty() ? key : key + " [" + unit + "]";
    }

    /** Shows a scalar with at most ten digits, a text with at most forty characters, all else by type and shape. */
    static String cell(@Nullable Object value) {
        if (value instanceof Double number) {
            return number(number);
        } else if (value instanceof NdScalar scalar) {
            return cell(scalar.plain());
        } else if (value instanceof NdArray array) {
            return array.rank() == 0 ? cell(array.at(0)) : array.dtype().name() + " " + shape(array);
        } else if (value instanceof List<?> list) {
            return "list (" + list.size() + ")";
        } else if (value instanceof Map<?, ?> map) {
            return "map (" + map.size() + ")";
        }
        return value == null ? "-" : shortened(String.valueOf(value));
    }

    static String number(double number) {
        if (!Double.isFinite(number) || number == 0) {
            return Double.toString(number);
        }
        BigDecimal rounded = new BigDecimal(number).round(SHORT).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= 15) {
            return String.valueOf(rounded.doubleValue());
        }
        return rounded.scale() <= 0 ? rounded.setScale(1).toPlainString() : rounded.toPlainString();
    }

    static String shortened(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .forEach(point -> line.appendCodePoint(Character.isISOControl(point) ? '\ufffd' : point));
        return text.codePointCount(0, text.length()) > LONGEST
                ? line.append('…').toString()
                : line.toString();
    }

    private static String shape(NdArray array) {
        StringBuilder text = new StringBuilder("(");
        for (int axis = 0; axis < array.rank(); axis++) {
            text.append(axis == 0 ? "" : ", ").append(array.length(axis));
        }
        return text.append(")").toString();
    }

    /** Shows a shape such as (n, 3), where n differs between rows; scalars have none. */
    static String shape(Schema.Column column) {
        List<OptionalInt> axes = column.shape();
        if (axes == null) {
            return "(…)";
        }
        StringBuilder text = new StringBuilder();
        String open = "n";
        for (OptionalInt axis : axes) {
            text.append(text.length() == 0 ? "(" : ", ");
            if (axis.isPresent()) {
                text.append(axis.getAsInt());
            } else {
                text.append(open);
                open = open.equals("n") ? "m" : open + "'";
            }
        }
        return axes.isEmpty() ? "" : text.append(")").toString();
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns so many of something, e.g. {@code 1 row}, {@code 1,024 rows}. */
    static String count(long number, String what) {
        return count(number) + " " + what + (number == 1 ? "" : "s");
    }

    static String bytes(long bytes) {
        String[] units = {"kB", "MB", "GB", "TB", "PB"};
        double scaled = bytes;
        int unit = -1;
        while (scaled >= 1000 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        return unit < 0
                ? bytes + " B"
                : String.format(Locale.ROOT, scaled < 10 ? "%.2f %s" : "%.1f %s", scaled, units[unit]);
    }

    static String seconds(double seconds) {
        return seconds < 60
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(Locale.ROOT, "%d:%02d min", (long) seconds / 60, (long) seconds % 60);
    }
}
