package io.atomflux.hub.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which Java types values come as; that they are the right ones is for the golden files. */
class ValueTypesTest {

    private static List<@Nullable Object> column(String file, String column) throws IOException {
        byte[] bytes = Files.readAllBytes(GoldenFilesTest.directory("golden/" + file + ".parquet"));
        ParquetFooter footer = ParquetText.footer(bytes);
        List<@Nullable Object> values = new ArrayList<>();
        for (int group = 0; group < footer.rowGroups(); group++) {
            RowGroupReader reader = ParquetText.open(bytes, footer.plan(group, Set.of(column)));
            for (@Nullable Object[] row : reader.read(1000, 1 << 30)) {
                values.add(row[0]);
            }
        }
        return values;
    }

    @Test
    @DisplayName("rectangular lists of lists are arrays of two axes, without nulls and of the stored type")
    void rectangularListsAreArrays() throws IOException {
        for (Object cell : column("frames-v1", "cell")) {
            assertThat(cell).isInstanceOf(NdArray.class);
            NdArray array = (NdArray) java.util.Objects.requireNonNull(cell);
            assertThat(array.dtype()).isEqualTo(DType.FLOAT64);
            assertThat(array.shape()).containsExactly(3, 3);
            assertThat(array.toDoubleArray()).containsExactly(5, 0, 0, 0, 5, 0, 0, 0, 5);
        }
        for (Object numbers : column("frames-v2", "atomic_numbers")) {
            assertThat(numbers)
                    .isInstanceOfSatisfying(
                            NdArray.class, array -> assertThat(array.dtype()).isEqualTo(DType.INT32));
        }
        for (Object pbc : column("frames-v2", "pbc")) {
            assertThat(pbc).isInstanceOfSatisfying(NdArray.class, array -> {
                assertThat(array.dtype()).isEqualTo(DType.BOOL);
                assertThat(array.shape()).containsExactly(3);
            });
        }
    }

    @Test
    @DisplayName("null, an empty list, lists of nulls, of empty, of unequal and of equal lists differ")
    void listsOfAllKindsDiffer() throws IOException {
        List<@Nullable Object> values = column("lists-of-all-kinds", "a");
        NdArray empty = NdArray.of(new double[0]);
        List<@Nullable Object> ofNull = new ArrayList<>();
        ofNull.add(null);
        assertThat(values.get(0)).isNull();
        assertThat(values.get(1)).isEqualTo(empty);
        assertThat(values.get(2)).isEqualTo(ofNull);
        assertThat(values.get(3)).isEqualTo(List.of(empty));
        assertThat(values.get(4)).isEqualTo(List.of(ofNull));
        assertThat(values.get(5)).isEqualTo(NdArray.of(new double[] {1}, 1, 1));
        assertThat(values.get(6)).isEqualTo(NdArray.of(new double[] {1, 2, 3, 4}, 2, 2));
        assertThat(values.get(7)).isEqualTo(List.of(NdArray.of(new double[] {1}), NdArray.of(new double[] {2, 3})));
        List<@Nullable Object> mixed = new ArrayList<>();
        mixed.add(NdArray.of(new double[] {1}));
        mixed.add(null);
        mixed.add(empty);
        assertThat(values.get(8)).isEqualTo(mixed);
        assertThat(column("lists-of-all-kinds", "b").get(1)).isEqualTo(List.of());
    }

    @Test
    @DisplayName("arrays have the narrow type that the column says, though four bytes are stored for it")
    void arraysHaveTheColumnsType() throws IOException {
        Map<String, DType> types = new LinkedHashMap<>();
        types.put("int8", DType.INT8);
        types.put("int16", DType.INT16);
        types.put("uint8", DType.UINT8);
        types.put("uint16", DType.UINT16);
        types.put("uint32", DType.UINT32);
        types.put("uint64", DType.UINT64);
        types.put("halffloat", DType.FLOAT16);
        types.put("float", DType.FLOAT32);
        types.put("bool", DType.BOOL);
        for (Map.Entry<String, DType> type : types.entrySet()) {
            assertThat(column("types-lists", type.getKey()))
                    .as(type.getKey())
                    .filteredOn(value -> value instanceof NdArray)
                    .isNotEmpty()
                    .allSatisfy(array -> assertThat(((NdArray) array).dtype()).isEqualTo(type.getValue()));
        }
    }

    @Test
    @DisplayName("an array keeps its values when the reader goes on to other pages")
    void arraysAreCopies() throws IOException {
        List<@Nullable Object> first = column("frames-v1", "positions");
        List<@Nullable Object> later = column("frames-v2", "positions");
        assertThat(first).hasSize(30).isEqualTo(later);
    }
}
