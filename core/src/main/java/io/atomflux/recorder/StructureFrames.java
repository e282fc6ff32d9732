package io.atomflux.recorder;

import io.atomflux.atoms.Atoms;
import io.atomflux.value.Row;
import java.util.function.Predicate;

/** Structures, each as it is. */
final class StructureFrames extends FrameKind<Atoms> {

    StructureFrames() {}

    @Override
    public String name() {
        return "structures";
    }

    @Override
    public Class<Atoms> type() {
        return Atoms.class;
    }

    @Override
    public void check(Atoms frame) {
        for (String key : frame.toRow().keys()) {
            if (SampleRows.isMark(key)) {
                throw new IllegalArgumentException(
                        "structure with key \"%s\" of its own (expected: none; the sample's time and iteration go there)"
                                .formatted(key));
            }
        }
    }

    @Override
    public String layout(Atoms frame) {
        return "";
    }

    @Override
    Predicate<Atoms> like(Atoms frame) {
        return other -> true;
    }

    @Override
    public long bytes(Atoms frame) {
        return frame.toRow().byteSize();
    }

    @Override
    public Row toRow(Sample<Atoms> sample) {
        return SampleRows.with(sample, sample.frame().toRow());
    }

    @Override
    public Sample<Atoms> fromRow(Row row) {
        return SampleRows.sample(row, Atoms.fromRow(row.without(SampleRows.MARKS)));
    }
}
