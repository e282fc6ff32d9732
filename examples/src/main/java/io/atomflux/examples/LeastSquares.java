package io.atomflux.examples;

import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** Fits a linear function to samples that come one by one, each of which counts alike whenever it comes. Not for several threads. */
final class LeastSquares {

    private static final double RIDGE = 1e-4; // keeps weights small that no sample tells of

    private final int size;
    private final double[] products; // of features by features, added up
    private final double[] targets; // of features by the target, added up

    private LeastSquares(double[] products, double[] targets) {
        this.size = targets.length;
        this.products = products;
        this.targets = targets;
    }

    static LeastSquares of(int features) {
        return new LeastSquares(new double[features * features], new double[features]);
    }

    /** Returns what goes on as the one that {@link #toRow} was called of. */
    static LeastSquares of(Row row) {
        return new LeastSquares(numbers(row, "products"), numbers(row, "targets"));
    }

    private static double[] numbers(Row row, String key) {
        return Objects.requireNonNull(row.get(key, NdArray.class), key).toDoubleArray();
    }

    Row toRow() {
        return Row.of(
                "products", NdArray.of(products.clone(), size, size), "targets", NdArray.of(targets.clone(), size));
    }

    void add(double[] features, double target) {
        for (int i = 0; i < size; i++) {
            targets[i] += features[i] * target;
            for (int j = 0; j < size; j++) {
                products[i * size + j] += features[i] * features[j];
            }
        }
    }

    double[] weights() {
        DMatrixRMaj matrix = new DMatrixRMaj(size, size, true, products.clone());
        for (int i = 0; i < size; i++) {
            matrix.add(i, i, RIDGE);
        }
        DMatrixRMaj solution = new DMatrixRMaj(size, 1);
        if (!CommonOps_DDRM.solve(matrix, new DMatrixRMaj(size, 1, true, targets.clone()), solution)) {
            throw new ArithmeticException("the equations have no solution (expected: finite features and targets)");
        }
        return solution.getData();
    }

    static double predict(double[] weights, double[] features) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * features[i];
        }
        return sum;
    }
}
