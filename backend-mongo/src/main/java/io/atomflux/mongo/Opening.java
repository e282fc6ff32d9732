package io.atomflux.mongo;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Settings;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What someone asked to open, checked; no I/O was done.
 *
 * @param address where
 * @param options how
 * @param name the place for messages, without credentials
 */
record Opening(MongoAddress address, MongoOptions options, String name) {

    private static final Map<String, String> DRIVER_OPTIONS = new HashMap<>(); // by lower case; never changed

    static {
        MongoAddress.DRIVER_OPTIONS.forEach(name -> DRIVER_OPTIONS.put(name.toLowerCase(Locale.ROOT), name));
    }

    /**
     * Checks location and options.
     *
     * @param otherwise the group if the options have none
     * @throws InvalidOptionException naming what is wrong
     */
    static Opening of(Location location, OpenOptions options, String otherwise) {
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, String> driver = new LinkedHashMap<>();
        options.settings().forEach((name, value) -> {
            String known = DRIVER_OPTIONS.get(name.toLowerCase(Locale.ROOT));
            if (known == null) {
                own.put(name, value);
            } else if (driver.put(known, value) != null) {
                throw new InvalidOptionException(known, "given twice (expected: once)");
            }
        });
        MongoOptions given = options.typed().map(Opening::typed).orElse(null);
        Settings settings = new Settings(own);
        MongoOptions chosen;
        if (given == null) {
            chosen = MongoOptions.from(settings);
            settings.finish();
        } else if (own.isEmpty()) {
            chosen = given;
        } else {
            throw new InvalidOptionException(
                    String.join(", ", own.keySet()), "given by name beside MongoOptions (expected: one of them)");
        }
        if (chosen.client().isPresent() && !driver.isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", driver.keySet()),
                    "given beside a client (expected: options of the driver in the client's own settings)");
        }
        String group = options.group().orElse(otherwise);
        MongoAddress address = MongoAddress.of(location, group, driver, chosen.consistency());
        String name = options.group().isEmpty() ? location.toString() : location + " group " + group;
        return new Opening(address, chosen, name);
    }

    private static MongoOptions typed(BackendOptions options) {
        if (options instanceof MongoOptions ours) {
            return ours;
        }
        throw new InvalidOptionException(
                options.getClass().getSimpleName(), "given to mongodb:// (expected: MongoOptions)");
    }
}
