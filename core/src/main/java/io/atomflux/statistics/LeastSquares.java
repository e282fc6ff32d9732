package io.atomflux.statistics;

import io.atomflux.atoms.Elements;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.qr.QRDecompositionHouseholderColumn_DDRM;
import org.ejml.dense.row.decomposition.svd.SvdImplicitQrDecompose_DDRM;

/**
 * Fits energies of elements to energies of structures, in one pass and as much memory as a few hundred compositions take;
 * for one thread.
 *
 * <p>Structures of one composition are one equation, weighted by their number; what they differ by among each other is
 * gathered beside. Equations that have gathered are reduced to a triangle with one row more than elements, which has the same
 * least-squares solutions, singular values and residual: a QR decomposition in blocks, whose errors are those of
 * decomposing all rows at once (G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th ed., 6.5.3). Normal equations would lose
 * the residual, which is some 10^-6 of the energies.
 */
final class LeastSquares {

    /** Equations gathered before they are reduced. */
    private static final int GATHERED = 256;

    /**
     * Singular values below this part of the greatest are rounding. Counts of atoms are integers: with 10^9 structures, one
     * that differs from all others has some 10^-7, and what reducing them all leaves behind is some 10^-13.
     */
    private static final double RANK = 1e-10;

    private static final int ELEMENTS = Elements.symbols().size();

    private final String key;
    private final Map<Counts, MomentSums> gathered = new LinkedHashMap<>();
    /** The columns of the triangle: atomic numbers in the order met. */
    private int[] columns = {};

    private int[] columnOf = new int[ELEMENTS];
    /** Over the columns and, as the last one, the energies. */
    private DMatrixRMaj triangle = new DMatrixRMaj(1, 1);

    private double squaresWithin;
    private long structures;

    LeastSquares(String key) {
        this.key = key;
        Arrays.fill(columnOf, -1);
    }

    /** How many atoms of each element a structure has, by atomic number. */
    private record Counts(int[] counts) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Counts other && Arrays.equals(counts, other.counts);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(counts);
        }
    }

    /**
     * Adds one structure.
     *
     * @param counts by atomic number, at least one not zero; copied if kept
     * @param energy finite
     */
    void add(int[] counts, double energy) {
        structures++;
        MomentSums energies = gathered.get(new Counts(counts));
        if (energies == null) {
            if (gathered.size() == GATHERED) {
                reduce();
            }
            energies = new MomentSums();
            gathered.put(new Counts(counts.clone()), energies);
        }
        energies.add(energy);
    }

    long structures() {
        return structures;
    }

    private void reduce() {
        int known = columns.length;
        gathered.keySet().forEach(this::addColumns);
        int width = columns.length + 1;
        DMatrixRMaj rows = new DMatrixRMaj(width + gathered.size(), width);
        for (int row = 0; row <= known; row++) {
            for (int column = 0; column < known; column++) {
                rows.set(row, column, triangle.get(row, column));
            }
            rows.set(row, width - 1, triangle.get(row, known));
        }
        int row = width;
        for (Map.Entry<Counts, MomentSums> equation : gathered.entrySet()) {
            MomentSums energies = equation.getValue();
            double weight = Math.sqrt(energies.count());
            int[] counts = equation.getKey().counts();
            for (int column = 0; column < columns.length; column++) {
                rows.set(row, column, weight * counts[columns[column]]);
            }
            rows.set(row, width - 1, weight * energies.mean());
            squaresWithin += energies.squares();
            row++;
        }
        gathered.clear();
        QRDecompositionHouseholderColumn_DDRM decomposition = new QRDecompositionHouseholderColumn_DDRM();
        decomposition.decompose(rows); // its answer tells of columns of zeros, which R has as well
        triangle = decomposition.getR(null, true);
    }

    private void addColumns(Counts counts) {
        for (int number = 0; number < ELEMENTS; number++) {
            if (counts.counts()[number] > 0 && columnOf[number] < 0) {
                columnOf[number] = columns.length;
                columns = Arrays.copyOf(columns, columns.length + 1);
                columns[columns.length - 1] = number;
            }
        }
    }

    ReferenceEnergies result() {
        reduce();
        int width = columns.length;
        DMatrixRMaj counts = new DMatrixRMaj(width, width);
        double[] energies = new double[width];
        for (int row = 0; row < width; row++) {
            for (int column = row; column < width; column++) {
                counts.set(row, column, triangle.get(row, column));
            }
            energies[row] = triangle.get(row, width);
        }
        SvdImplicitQrDecompose_DDRM svd = new SvdImplicitQrDecompose_DDRM(true, true, true, false);
        if (!svd.decompose(counts.copy())) {
            throw new IllegalStateException(
                    "singular values of a %d x %d matrix do not converge".formatted(width, width));
        }
        double[] values = svd.getSingularValues();
        DMatrixRMaj left = svd.getU(null, false);
        DMatrixRMaj right = svd.getV(null, false);
        double most = Arrays.stream(values).max().orElse(0);
        double[] solution = new double[width];
        double[] within = new double[width]; // how much of an element lies in what is determined
        int rank = 0;
        for (int i = 0; i < width; i++) {
            if (values[i] > RANK * most) {
                rank++;
                double part = 0;
                for (int row = 0; row < width; row++) {
                    part += left.get(row, i) * energies[row];
                }
                for (int element = 0; element < width; element++) {
                    solution[element] += right.get(element, i) * part / values[i];
                    within[element] += right.get(element, i) * right.get(element, i);
                }
            }
        }
        return named(solution, within, rank, rmse(counts, energies, solution));
    }

    private double rmse(DMatrixRMaj counts, double[] energies, double[] solution) {
        double rest = triangle.get(energies.length, energies.length);
        double squares = squaresWithin + rest * rest;
        for (int row = 0; row < energies.length; row++) {
            double residual = energies[row];
            for (int column = 0; column < energies.length; column++) {
                residual -= counts.get(row, column) * solution[column];
            }
            squares += residual * residual;
        }
        return Math.sqrt(squares / structures);
    }

    private ReferenceEnergies named(double[] solution, double[] within, int rank, double rmse) {
        Map<String, Double> energies = new LinkedHashMap<>();
        Set<String> determined = new LinkedHashSet<>();
        for (int number = 0; number < ELEMENTS; number++) {
            int column = columnOf[number];
            if (column >= 0) {
                energies.put(Elements.symbol(number), solution[column]);
                if (within[column] > 1 - RANK) {
                    determined.add(Elements.symbol(number));
                }
            }
        }
        return new ReferenceEnergies(key, structures, rank, energies, determined, rmse);
    }
}
