package io.atomflux.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.atomflux.codec.AtomfluxModule;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.OpenOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use whom, over all modules; what package-infos promise. */
class ArchitectureTest {

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/testkit/") && !location.contains("atomflux-testkit"))
            .importPackages("io.atomflux");

    private static final String[] BACKENDS = {
        "io.atomflux.memory..", "io.atomflux.redis..", "io.atomflux.mongo..", "io.atomflux.file..", "io.atomflux.hub.."
    };
    private static final String[] FACADES = {"io.atomflux"};

    @Test
    @DisplayName("all modules are looked at")
    void sees() {
        for (String type : List.of(
                "io.atomflux.ObjectIO",
                "io.atomflux.memory.MemoryProvider",
                "io.atomflux.redis.RedisProvider",
                "io.atomflux.mongo.MongoProvider",
                "io.atomflux.file.lmdb.LmdbProvider",
                "io.atomflux.file.aselmdb.AseLmdbProvider",
                "io.atomflux.file.asedb.AseDbProvider",
                "io.atomflux.file.ase.AseFilesProvider",
                "io.atomflux.file.columnar.ColumnarProvider",
                "io.atomflux.examples.ArgonSimulation",
                "io.atomflux.cli.Main")) {
            assertThat(ALL.contain(type)).as(type).isTrue();
        }
    }

    @ParameterizedTest(name = "{0} may use {1}")
    @DisplayName("packages use only what they may of ours")
    @CsvSource(
            delimiter = '>',
            value = {
                "io.atomflux.error > -",
                "io.atomflux.value > error",
                "io.atomflux.spi > value error",
                "io.atomflux.atoms > value error",
                "io.atomflux.codec > value error atoms",
                "io.atomflux.adapter > spi codec value error",
                "io.atomflux.registry > spi adapter value error",
                "io.atomflux.memory > spi codec adapter value error",
                "io.atomflux.redis > spi codec adapter value error",
                "io.atomflux.redis.artifact > redis artifact.spi artifact.catalog adapter spi value error",
                "io.atomflux.mongo > spi codec adapter value error",
                "io.atomflux.mongo.artifact > mongo artifact.spi artifact.catalog adapter spi value error",
                "io.atomflux.file.lmdb > spi codec adapter value error",
                "io.atomflux.file.lmdb.artifact > artifact.spi artifact.catalog spi value error file.lmdb",
                "io.atomflux.file.ase > spi codec adapter value error file.compressed",
                "io.atomflux.file.compressed > error",
                "io.atomflux.file.aselmdb > spi codec adapter value error atoms file.lmdb",
                "io.atomflux.file.asedb > spi codec adapter value error atoms",
                "io.atomflux.file.arrow > artifact.spi artifact.codec value error",
                "io.atomflux.file.columnar > spi codec adapter value error atoms file.columnar.tree file.columnar.zarr file.columnar.hdf5",
                "io.atomflux.file.columnar.tree > value error",
                "io.atomflux.file.columnar.artifact > artifact.spi artifact.codec value error file.columnar.tree file.columnar.zarr",
                "io.atomflux.file.columnar.recording > recorder spi adapter value error file.columnar.tree file.columnar.zarr",
                "io.atomflux.file.columnar.journal > spi error",
                "io.atomflux.file.columnar.zarr > spi value error codec file.columnar.tree file.columnar.journal",
                "io.atomflux.file.columnar.hdf5 > spi value error file.columnar.tree file.columnar.journal",
                "io.atomflux.hub > spi codec adapter value error atoms hub.bytes hub.net hub.catalog hub.parquet",
                "io.atomflux.hub.artifact > artifact.spi artifact.codec hub.bytes hub.parquet value error",
                "io.atomflux.hub.bytes > -",
                "io.atomflux.hub.net > error hub.bytes",
                "io.atomflux.hub.catalog > error hub.bytes hub.net",
                "io.atomflux.hub.parquet > value error hub.bytes",
                "io.atomflux.artifact > facades artifact.spi artifact.catalog artifact.codec spi codec atoms value error",
                "io.atomflux.artifact.payload > facades artifact artifact.spi artifact.codec spi codec value error",
                "io.atomflux.artifact.mltraq > facades artifact artifact.spi artifact.codec artifact.payload spi codec value error",
                "io.atomflux.artifact.spi > spi value error",
                "io.atomflux.artifact.codec > facades artifact.spi registry spi codec atoms value error",
                "io.atomflux.artifact.catalog > artifact.spi adapter spi codec value error",
                "io.atomflux.artifact.folder > artifact.spi artifact.catalog adapter spi codec value error",
                "io.atomflux.artifact.evaluator > artifact artifact.spi artifact.catalog codec spi value error",
                "io.atomflux.recorder.rows > facades recorder spi atoms value error",
                "io.atomflux.recorder > facades spi codec adapter atoms value error",
                "io.atomflux.statistics > facades codec atoms value error",
                "io.atomflux.recorder.npz > recorder spi codec adapter value error",
                "io.atomflux.loader > facades spi adapter codec atoms value error",
                "io.atomflux.artifact.isf > facades artifact artifact.spi artifact.codec spi codec value error"
            })
    void usesOnly(String user, String used) {
        List<String> allowed = new ArrayList<>(List.of(user));
        for (String name : used.replace("-", "").split(" ")) {
            allowed.add(name.equals("facades") ? "io.atomflux" : "io.atomflux." + name);
        }
        noClasses()
                .that()
                .resideInAPackage(user)
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.atomflux..")
                        .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                .check(ALL);
    }

    @Test
    @DisplayName("facades use no backend, example or command")
    void facadesUseNoBackend() {
        noClasses()
                .that()
                .resideInAnyPackage(FACADES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.atomflux.memory..",
                        "io.atomflux.redis..",
                        "io.atomflux.mongo..",
                        "io.atomflux.file..",
                        "io.atomflux.hub..",
                        "io.atomflux.examples..",
                        "io.atomflux.cli..")
                .check(ALL);
    }

    @Test
    @DisplayName("core uses no driver, no native code and no logging")
    void coreUsesNoDriver() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.atomflux.memory..",
                        "io.atomflux.redis..",
                        "io.atomflux.mongo..",
                        "io.atomflux.file..",
                        "io.atomflux.hub..",
                        "io.atomflux.examples..",
                        "io.atomflux.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.lwjgl..",
                        "org.bytedeco..",
                        "io.jhdf..",
                        "com.github.luben..",
                        "net.jpountz..",
                        "com.mongodb..",
                        "io.lettuce..",
                        "io.netty..",
                        "reactor.netty..",
                        "org.apache.parquet..",
                        "org.apache.arrow..",
                        "com.google.flatbuffers..",
                        "org.xerial..",
                        "org.sqlite..",
                        "java.sql..",
                        "org.snakeyaml..",
                        "org.slf4j..",
                        "java.util.logging..")
                .check(ALL);
    }

    @Test
    @DisplayName("values, errors, structures and codecs know nothing of Reactor")
    void dataIsNotReactive() {
        noClasses()
                .that()
                .resideInAnyPackage("io.atomflux.value", "io.atomflux.error", "io.atomflux.atoms", "io.atomflux.codec")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("reactor..", "org.reactivestreams..")
                .check(ALL);
    }

    @Test
    @DisplayName(
            "examples use no native code, and of internals only what the author of a backend or of a place to record to needs")
    void examplesUseFacades() {
        noClasses()
                .that()
                .resideInAPackage("io.atomflux.examples..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "org.lwjgl..",
                                "io.atomflux.memory..",
                                "io.atomflux.file..",
                                "io.atomflux.registry..",
                                "io.atomflux.cli..")
                        .and(not(resideInAnyPackage("io.atomflux.file.columnar.recording"))))
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("io.atomflux.examples..")
                .and()
                .haveNameNotMatching(".*\\.(JsonLines|Csv)[^.]*")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "io.atomflux.spi..", "io.atomflux.adapter..", "io.atomflux.codec..")
                        .and(not(belongToAnyOf(
                                OpenOptions.class, BackendOptions.class, AtomfluxModule.class, LeaseLock.class))))
                .check(ALL);
    }

    @Test
    @DisplayName("the command needs no backend by name")
    void commandNamesNoBackend() {
        noClasses()
                .that()
                .resideInAPackage("io.atomflux.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BACKENDS)
                .check(ALL);
    }

    @Test
    @DisplayName("no main code uses test libraries")
    void mainUsesNoTestLibraries() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.junit..", "org.assertj..", "org.mockito..", "reactor.test..", "io.atomflux.testkit..")
                .check(ALL);
    }

    @Test
    @DisplayName("libraries write nothing to the console")
    void librariesAreSilent() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.atomflux.examples..", "io.atomflux.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(ALL);
    }

    @Test
    @DisplayName("libraries never wait for a publisher")
    void librariesNeverBlock() {
        List<String> waits = new ArrayList<>();
        for (JavaClass type : ALL) {
            if (type.getPackageName().startsWith("io.atomflux.cli")
                    || type.getPackageName().startsWith("io.atomflux.examples")) {
                continue;
            }
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                if (call.getTargetOwner().getPackageName().startsWith("reactor.core")
                        && List.of("block", "blockFirst", "blockLast", "blockOptional", "toIterable", "toStream")
                                .contains(call.getName())) {
                    waits.add(call.getDescription());
                }
            }
        }
        assertThat(waits).isEmpty();
    }

    @Test
    @DisplayName("nobody naps, and nobody gets rid of a thread by force")
    void nobodySleeps() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(ALL);
    }

    @Test
    @DisplayName("nothing is ever decoded into code: no Java serialisation, no classes by name")
    void nothingBecomesCode() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .check(ALL);
    }

    @ParameterizedTest
    @DisplayName("no public signature shows a library's type")
    @ValueSource(
            strings = {
                "tools.jackson",
                "org.lwjgl",
                "org.bytedeco",
                "io.jhdf",
                "org.sqlite",
                "java.sql",
                "org.knowm",
                "org.ejml",
                "picocli",
                "org.apache.parquet",
                "org.apache.arrow",
                "com.google.flatbuffers",
                "io.netty",
                "reactor.netty"
            })
    void signaturesAreOurs(String library) {
        List<String> shown = new ArrayList<>();
        for (JavaClass type : ALL) {
            if (!isPublic(type)
                    || type.getName().equals("io.atomflux.codec.AtomfluxModule")
                    || type.getName().startsWith("io.atomflux.codec.AtomfluxModule$")) {
                continue;
            }
            for (JavaMember member : type.getMembers()) {
                if (member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED)) {
                    for (JavaClass part : member.getAllInvolvedRawTypes()) {
                        if (part.getName().startsWith(library)
                                && (member instanceof JavaField || member instanceof JavaCodeUnit)) {
                            shown.add(member.getFullName());
                        }
                    }
                }
            }
        }
        assertThat(shown).isEmpty();
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
    }

    @Test
    @DisplayName("of each backend fewer than half of the types are public")
    void backendsHideMost() {
        Map<String, int[]> counts = new TreeMap<>();
        for (JavaClass type : ALL) {
            if (type.isTopLevelClass()
                    && (type.getPackageName().startsWith("io.atomflux.memory")
                            || type.getPackageName().startsWith("io.atomflux.redis")
                            || type.getPackageName().startsWith("io.atomflux.mongo")
                            || type.getPackageName().startsWith("io.atomflux.hub")
                            || type.getPackageName().startsWith("io.atomflux.file."))
                    && !type.getPackageName().endsWith(".hub.bytes") // likewise
                    && !type.getPackageName().endsWith(".columnar.tree") // an interface between packages by itself
                    && !type.getSimpleName().equals("package-info")) {
                int[] count = counts.computeIfAbsent(type.getPackageName(), name -> new int[2]);
                count[isPublic(type) ? 0 : 1]++;
            }
        }
        assertThat(counts).hasSizeGreaterThanOrEqualTo(5);
        assertThat(counts)
                .allSatisfy((name, count) -> assertThat(count[0])
                        .as("public types of %s, beside %d hidden ones", name, count[1])
                        .isLessThan(count[1]));
    }

    @Test
    @DisplayName("every package says what it is for, and that nothing is null unless marked so")
    void everyPackageIsDescribed() {
        List<String> bare = new ArrayList<>();
        for (JavaPackage found : ALL.getDefaultPackage().getSubpackagesInTree()) {
            boolean ours = found.getName().startsWith("io.atomflux")
                    && !found.getClasses().isEmpty();
            if (ours
                    && (found.tryGetPackageInfo().isEmpty()
                            || !found.getPackageInfo().isAnnotatedWith(NullMarked.class))) {
                bare.add(found.getName());
            }
        }
        assertThat(bare).isEmpty();
    }

    @Test
    @DisplayName("the command shows one type to others")
    void commandIsClosed() {
        classes()
                .that()
                .resideInAPackage("io.atomflux.cli")
                .and()
                .arePublic()
                .should()
                .haveSimpleName("Main")
                .check(ALL);
    }
}
