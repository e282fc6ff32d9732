package io.atomflux.hub.parquet;

import org.jspecify.annotations.Nullable;

/** The values of one page that are not null, or of a dictionary: parts of a byte array, converted when asked for. */
abstract class Values {

    final LeafType type;
    final int count;

    Values(LeafType type, int count) {
        this.type = type;
        this.count = count;
    }

    /** Returns one value. */
    abstract @Nullable Object at(int index);

    /** Copies stored numbers, each as wide as the type stores it. */
    abstract void copy(int index, int length, byte[] target, int at);

    /** Returns about how many bytes a value takes. */
    abstract int size(int index);

    /** Values of one width, one after the other. */
    static final class Fixed extends Values {

        private final byte[] bytes;
        private final int from;

        Fixed(LeafType type, int count, byte[] bytes, int from) {
            super(type, count);
            this.bytes = bytes;
            this.from = from;
        }

        @Override
        @Nullable
        Object at(int index) {
            return type.value(bytes, from + index * type.width, type.width);
        }

        @Override
        void copy(int index, int length, byte[] target, int at) {
            System.arraycopy(bytes, from + index * type.width, target, at, length * type.width);
        }

        @Override
        int size(int index) {
            return type.width;
        }
    }

    /** Byte strings of any length, with as many bytes before each of them that do not belong to it. */
    static final class Variable extends Values {

        private final byte[] bytes;
        private final int[] starts;
        private final int gap;

        /**
         * @param starts where each begins, and at the end where one more would
         * @param gap how many bytes stand between the end of one and the start of the next
         */
        Variable(LeafType type, int count, byte[] bytes, int[] starts, int gap) {
            super(type, count);
            this.bytes = bytes;
            this.starts = starts;
            this.gap = gap;
        }

        @Override
        @Nullable
        Object at(int index) {
            return type.value(bytes, starts[index], size(index));
        }

        @Override
        void copy(int index, int length, byte[] target, int at) {
            throw new IllegalStateException("byte strings are no numbers");
        }

        @Override
        int size(int index) {
            return starts[index + 1] - gap - starts[index];
        }
    }

    /** Values of a dictionary, by number; each is converted once. */
    static final class Coded extends Values {

        private final Dictionary dictionary;
        private final int[] codes;

        /** @param codes each below the size of the dictionary */
        Coded(Dictionary dictionary, int count, int[] codes) {
            super(dictionary.values.type, count);
            this.dictionary = dictionary;
            this.codes = codes;
        }

        @Override
        @Nullable
        Object at(int index) {
            return dictionary.at(codes[index]);
        }

        @Override
        void copy(int index, int length, byte[] target, int at) {
            int width = type.width;
            byte[] numbers = dictionary.numbers;
            int to = at;
            if (width == 8) {
                for (int i = index; i < index + length; i++, to += 8) {
                    LeafType.LONG.set(target, to, (long) LeafType.LONG.get(numbers, codes[i] * 8));
                }
            } else if (width == 4) {
                for (int i = index; i < index + length; i++, to += 4) {
                    LeafType.INT.set(target, to, (int) LeafType.INT.get(numbers, codes[i] * 4));
                }
            } else {
                for (int i = index; i < index + length; i++, to += width) {
                    System.arraycopy(numbers, codes[i] * width, target, to, width);
                }
            }
        }

        @Override
        int size(int index) {
            return dictionary.values.size(codes[index]);
        }
    }

    /** The values of a column chunk's dictionary page. */
    static final class Dictionary {

        final Values values;
        private final byte[] numbers;
        private final @Nullable Object[] converted;

        Dictionary(Values values) {
            this.values = values;
            this.converted = new @Nullable Object[values.count];
            LeafType type = values.type;
            this.numbers = type.number == null ? new byte[0] : new byte[values.count * type.width];
            if (type.number != null) {
                values.copy(0, values.count, numbers, 0);
            }
        }

        @Nullable
        Object at(int code) {
            Object value = converted[code];
            if (value == null) {
                value = values.at(code);
                converted[code] = value;
            }
            return value;
        }
    }
}
