package io.atomflux.artifact.evaluator;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One object of a typed tree being read, with its place for messages. An attribute that is undefined is as one left out. */
final class TypedNode {

    static final String QUANTITY = Typed.PACKAGE + "unit.Quantity";
    static final String MEASUREMENT = Typed.PACKAGE + "unit.Measurement";
    static final String ARRAY = "numpy.ndarray";

    private static final String UNDEFINED = Typed.PACKAGE + "attributes.attributes.UndefinedAttribute";
    private static final String PLACEHOLDER = Typed.PACKAGE + "attributes.attributes.PlaceholderValue";
    private static final Set<String> SCALARS =
            Set.of("numpy.float16", "numpy.float32", "numpy.float64", "numpy.int32", "numpy.int64");
    private static final int MOST_AXES = 8;

    private final Map<?, ?> members;
    private final String place;

    private TypedNode(Map<?, ?> members, String place) {
        this.members = members;
        this.place = place;
    }

    static TypedNode of(Map<?, ?> members) {
        return new TypedNode(members, "");
    }

    private String at(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    private static IllegalArgumentException bad(String place, @Nullable Object found, String expected) {
        String shown = String.valueOf(found);
        return new IllegalArgumentException("%s: %s (expected: %s)"
                .formatted(place, shown.length() > 80 ? shown.substring(0, 80) + "…" : shown, expected));
    }

    /** Returns its type; old releases left out the first part of the package. */
    String type() {
        if (members.get(Typed.TYPE) instanceof String type) {
            return type.startsWith("evaluator.") ? "openff." + type : type;
        }
        throw bad(at(Typed.TYPE), members.get(Typed.TYPE), "a type");
    }

    void expect(String type) {
        if (!type().equals(type)) {
            throw bad(at(Typed.TYPE), type(), type);
        }
    }

    IllegalArgumentException unknown(String expected) {
        return bad(at(Typed.TYPE), type(), expected);
    }

    List<String> names() {
        return members.keySet().stream().map(String.class::cast).toList();
    }

    private @Nullable Object optional(String name) {
        Object value = members.get(name);
        if (value instanceof Map<?, ?> map && map.get(Typed.TYPE) instanceof String) {
            String type = new TypedNode(map, at(name)).type();
            if (type.equals(PLACEHOLDER)) {
                throw bad(at(name), "a placeholder", "a value; a workflow should have filled it in");
            } else if (type.equals(UNDEFINED)) {
                return null;
            }
        }
        return value;
    }

    private Object required(String name) {
        Object value = optional(name);
        if (value == null) {
            throw bad(at(name), "not set", "a value");
        }
        return value;
    }

    String text(String name) {
        if (required(name) instanceof String text) {
            return text;
        }
        throw bad(at(name), members.get(name), "a text");
    }

    Optional<String> optionalText(String name) {
        return optional(name) == null ? Optional.empty() : Optional.of(text(name));
    }

    private Number number(String name) {
        Object value = required(name);
        if (value instanceof Map<?, ?> map && SCALARS.contains(new TypedNode(map, at(name)).type())) {
            value = new TypedNode(map, at(name)).required("value");
        }
        if (value instanceof Long || value instanceof Double) {
            return (Number) value;
        }
        throw bad(at(name), value, "a number");
    }

    double real(String name) {
        return number(name).doubleValue();
    }

    int integer(String name) {
        Number number = number(name);
        if (number instanceof Long whole && whole == whole.intValue()) {
            return whole.intValue();
        }
        throw bad(at(name), number, "an integer of 32 bits");
    }

    TypedNode node(String name) {
        if (required(name) instanceof Map<?, ?> map) {
            return new TypedNode(map, at(name));
        }
        throw bad(at(name), members.get(name), "an object");
    }

    Optional<TypedNode> optionalNode(String name) {
        return optional(name) == null ? Optional.empty() : Optional.of(node(name));
    }

    List<TypedNode> nodes(String name) {
        if (!(required(name) instanceof List<?> list)) {
            throw bad(at(name), members.get(name), "a list");
        }
        List<TypedNode> nodes = new ArrayList<>(list.size());
        for (Object item : list) {
            String where = at(name) + "[" + nodes.size() + "]";
            if (!(item instanceof Map<?, ?> map)) {
                throw bad(where, item, "an object");
            }
            nodes.add(new TypedNode(map, where));
        }
        return nodes;
    }

    Quantity quantity() {
        expect(QUANTITY);
        String unit = optionalText("unit").orElse(Units.NONE);
        if (members.get("value") instanceof Map<?, ?> map && map.get(Typed.TYPE) instanceof String) {
            TypedNode value = new TypedNode(map, at("value"));
            if (value.type().equals(ARRAY)) {
                return Quantity.of(value.array(), unit);
            }
        }
        Number number = number("value");
        return number instanceof Long whole ? Quantity.of(whole, unit) : Quantity.of(number.doubleValue(), unit);
    }

    /** Reads an array: nested lists, an array of ours, or the base64 of releases before 0.3.5. */
    private NdArray array() {
        if (members.get("encoded_data") instanceof String base64) {
            return decoded(base64);
        }
        Object value = required("value");
        NdArray array;
        if (value instanceof NdArray stored) {
            array = stored;
        } else {
            List<Integer> shape = new ArrayList<>();
            for (Object part = value; part instanceof List<?> list; part = list.isEmpty() ? null : list.get(0)) {
                shape.add(list.size());
            }
            if (!(value instanceof List) || shape.size() > MOST_AXES) {
                throw bad(at("value"), "not nested lists", "nested lists of numbers");
            }
            Elements elements = new Elements();
            flatten(value, shape, 0, elements);
            array = elements.array(shape.stream().mapToInt(length -> length).toArray());
        }
        Optional<String> dtype = optionalText("dtype");
        return dtype.isPresent() && value instanceof List ? array.as(elementType(dtype.get())) : array;
    }

    private DType elementType(String name) {
        return DType.of(
                switch (name) {
                    case "float16" -> "<f2";
                    case "float32" -> "<f4";
                    case "float64" -> "<f8";
                    case "int8" -> "|i1";
                    case "int16" -> "<i2";
                    case "int32" -> "<i4";
                    case "int64" -> "<i8";
                    case "uint8" -> "|u1";
                    case "uint16" -> "<u2";
                    case "uint32" -> "<u4";
                    default -> throw bad(at("dtype"), name, "a type of real numbers");
                });
    }

    private NdArray decoded(String base64) {
        if (!(required("shape") instanceof List<?> axes) || axes.size() > MOST_AXES) {
            throw bad(at("shape"), members.get("shape"), "a list of lengths");
        }
        int[] shape = new int[axes.size()];
        for (int axis = 0; axis < shape.length; axis++) {
            if (!(axes.get(axis) instanceof Long length) || length < 0 || length != length.intValue()) {
                throw bad(at("shape"), axes, "a list of lengths");
            }
            shape[axis] = length.intValue();
        }
        return NdArray.copyOf(
                elementType(text("dtype")),
                shape,
                ByteBuffer.wrap(Base64.getDecoder().decode(base64)));
    }

    private void flatten(@Nullable Object part, List<Integer> shape, int axis, Elements elements) {
        if (axis == shape.size()) {
            if (!(part instanceof Long) && !(part instanceof Double) && !(part instanceof Boolean)) {
                throw bad(at("value"), part, "numbers, nested evenly");
            }
            elements.add(part);
            return;
        }
        if (!(part instanceof List<?> list) || list.size() != shape.get(axis)) {
            throw bad(at("value"), "uneven lists", "lists of shape " + shape);
        }
        for (Object item : list) {
            flatten(item, shape, axis + 1, elements);
        }
    }

    /** Numbers of one array: int64 if all are integers, else float64, as numpy makes of lists. */
    private static final class Elements {
        private final List<Object> all = new ArrayList<>();
        private boolean integers = true;

        void add(Object number) {
            Object plain = number instanceof Boolean truth ? Long.valueOf(truth ? 1 : 0) : number;
            integers &= plain instanceof Long;
            all.add(plain);
        }

        NdArray array(int[] shape) {
            if (integers && !all.isEmpty()) {
                long[] values = new long[all.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (Long) all.get(i);
                }
                return NdArray.of(values, shape);
            }
            double[] values = new double[all.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = ((Number) all.get(i)).doubleValue();
            }
            return NdArray.of(values, shape);
        }
    }
}
