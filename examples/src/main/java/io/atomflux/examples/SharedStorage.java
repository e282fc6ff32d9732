package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.VersionConflictException;
import io.atomflux.redis.RedisOptions;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Key;
import io.lettuce.core.RedisClient;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Many clients share one store in Redis, Python programs with asebytes perhaps among them.
 *
 * <p>A program that has a client of the driver already hands it in; Atomflux uses it and leaves it open. With MongoDB it is
 * the same: {@code MongoOptions.builder().client(yours)}.
 */
public final class SharedStorage {

    private SharedStorage() {}

    /**
     * Lets eight writers append to one store, and two of them change the same frame.
     *
     * @param args where Redis is, e.g. {@code redis://localhost}
     */
    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("usage: SharedStorage redis://localhost");
            return;
        }
        RedisClient yours = RedisClient.create(args[0]); // e.g. the one your service has
        OpenOptions options = OpenOptions.ofGroup("shared-example")
                .with(RedisOptions.builder().client(yours).build());
        AtomsIO db = AtomsIO.open(args[0], options);

        Flux.range(0, 8)
                .flatMap(writer -> db.extend(
                        ArgonSimulation.liquid(3).frames().skip(writer * 10L).take(10)))
                .blockLast(); // each extend(Flux) is written as it comes; none overwrites another
        System.out.println("rows: " + await(db.size()));

        String outcome = await(Mono.zip(db.getVersioned(0), db.getVersioned(0)) // two clients look at one frame …
                .flatMap(both -> {
                    Atoms frame = both.getT1().row();
                    return db.set(
                                    0,
                                    frame.withInfo("checked by", "the first"),
                                    both.getT1().version())
                            .then(db.set(
                                    0,
                                    frame.withInfo("checked by", "the second"),
                                    both.getT2().version()));
                })
                .thenReturn("both wrote")
                .onErrorReturn(VersionConflictException.class, "the second was told that the frame had changed"));
        System.out.println(outcome);
        System.out.println("lowest energy: " + await(db.column(Key.ENERGY).reduce(Math::min)) + " eV");

        db.remove().then(db.close()).block();
        yours.shutdown(); // it is yours
    }

    private static <T> T await(Mono<T> result) {
        return Objects.requireNonNull(result.block());
    }
}
