package io.atomflux.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.ReadConcern;
import com.mongodb.ReadConcernLevel;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.atomflux.spi.Names;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a collection is: {@code mongodb://[user:password@]host[:port],…[/database]}, the group being the collection.
 *
 * <p>As asebytes 0.3 does, the first segment of the path is the database, {@code asebytes} without one, further segments
 * are ignored, and the path is cut off before connecting: so users are looked up in {@code admin} unless {@code authSource}
 * says otherwise. Unlike there, a query holds options; those of the driver are passed on to it.
 */
final class MongoAddress {

    static final String DEFAULT_DATABASE = "asebytes";
    static final String DEFAULT_GROUP = "default";
    private static final int LONGEST_DATABASE = 63; // bytes, of every MongoDB
    private static final int LONGEST_NAMESPACE = 255; // bytes of database, dot and collection, since MongoDB 4.4

    /**
     * Options of the driver that are passed on, as the connection string of MongoDB spells them; in any case of letters.
     *
     * <p>{@code retryWrites} and {@code retryReads} are taken because the strings that services hand out hold them, but
     * replays stay off: a change must be sent once.
     */
    static final List<String> DRIVER_OPTIONS = List.of(
            "appName",
            "authMechanism",
            "authMechanismProperties",
            "authSource",
            "compressors",
            "connectTimeoutMS",
            "directConnection",
            "gssapiServiceName",
            "heartbeatFrequencyMS",
            "journal",
            "loadBalanced",
            "localThresholdMS",
            "maxConnecting",
            "maxIdleTimeMS",
            "maxLifeTimeMS",
            "maxPoolSize",
            "maxStalenessSeconds",
            "minPoolSize",
            "proxyHost",
            "proxyPassword",
            "proxyPort",
            "proxyUsername",
            "readConcernLevel",
            "readPreference",
            "readPreferenceTags",
            "replicaSet",
            "retryReads",
            "retryWrites",
            "serverMonitoringMode",
            "serverSelectionTimeoutMS",
            "socketTimeoutMS",
            "srvMaxHosts",
            "srvServiceName",
            "ssl",
            "sslInvalidHostNameAllowed",
            "tls",
            "tlsAllowInvalidHostnames",
            "tlsInsecure",
            "w",
            "waitQueueTimeoutMS",
            "wTimeoutMS",
            "zlibCompressionLevel");

    private final String shown;
    private final String servers;
    private final String uri;
    private final String database;
    private final String collection;
    private final Secrets secrets;

    private MongoAddress(
            String shown, String servers, String uri, String database, String collection, Secrets secrets) {
        this.shown = shown;
        this.servers = servers;
        this.uri = uri;
        this.database = database;
        this.collection = collection;
        this.secrets = secrets;
    }

    /**
     * Reads a location.
     *
     * @param location its scheme is {@code mongodb} or {@code mongodb+srv}
     * @param group the collection's name
     * @param driver options of the driver by their names
     * @param consistency what is promised; the options may not ask for less
     * @throws InvalidNameException if the name of the group or of the database is refused
     * @throws InvalidOptionException if servers or options are malformed, or ask for less than is promised
     */
    static MongoAddress of(
            Location location, String group, Map<String, String> driver, MongoOptions.Consistency consistency) {
        String target = location.target();
        int slash = target.indexOf('/');
        int at = target.lastIndexOf('@');
        if (slash >= 0 && at > slash) {
            throw new InvalidOptionException(
                    "location", "user or password hold a / or @ (expected: percent-encoded, as %2F or %40)");
        }
        String authority = slash < 0 ? target : target.substring(0, slash);
        String path = slash < 0 ? "" : target.substring(slash + 1);
        int end = path.indexOf('/');
        String segment = end < 0 ? path : path.substring(0, end);
        String database =
                database(segment.isEmpty() ? DEFAULT_DATABASE : URLDecoder.decode(segment, StandardCharsets.UTF_8));
        String collection = collection(group, database);
        Secrets secrets = Secrets.of(at < 0 ? "" : target.substring(0, at), driver);
        String servers = authority.substring(authority.lastIndexOf('@') + 1);
        String scheme = location.scheme().orElseThrow();
        String uri = scheme + "://" + authority + "/" + query(driver);
        check(scheme, authority, driver, consistency, secrets);
        return new MongoAddress(location.toString(), servers, uri, database, collection, secrets);
    }

    private static String database(String name) {
        boolean fits = !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_DATABASE
                && name.chars().noneMatch(c -> "/\\. \"$*<>:|?".indexOf(c) >= 0 || c < 0x20 || c == 0x7f);
        if (!fits) {
            throw new InvalidNameException(
                    "database", name, "1 to 63 bytes without / \\ . \" $ * < > : | ? blanks or control characters");
        }
        return name;
    }

    /** Tells whether a collection's name can be a group's. */
    static boolean isGroup(String name) {
        try {
            return isCollection(Names.group(name));
        } catch (InvalidNameException refused) {
            return false;
        }
    }

    private static boolean isCollection(String name) {
        return name.indexOf('$') < 0
                && !name.startsWith("system.")
                && !name.startsWith(".")
                && !name.endsWith(".")
                && !name.contains("..");
    }

    private static String collection(String group, String database) {
        if (!isCollection(Names.group(group))) {
            throw new InvalidNameException(
                    "group", group, "a name for a collection: no $, no dot at an end or twice, not beginning system.");
        }
        int length = (database + "." + group).getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_NAMESPACE) {
            throw new InvalidNameException(
                    "group", group, "at most %d bytes together with the database".formatted(LONGEST_NAMESPACE));
        }
        return group;
    }

    private static String query(Map<String, String> driver) {
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(driver)
                .forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    /** Lets the driver read the string, as one without a look into DNS, which would be I/O. */
    private static void check(
            String scheme,
            String authority,
            Map<String, String> driver,
            MongoOptions.Consistency consistency,
            Secrets secrets) {
        Map<String, String> checkable = new TreeMap<>(driver);
        if (scheme.endsWith("+srv")) {
            checkable.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).startsWith("srv"));
        }
        ConnectionString parsed;
        try {
            parsed = new ConnectionString("mongodb://" + authority + "/" + query(checkable));
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException("location", secrets.hide(String.valueOf(e.getMessage())));
        }
        List<String> faults = new ArrayList<>();
        WriteConcern write = parsed.getWriteConcern();
        if (write != null && !write.isAcknowledged()) {
            faults.add("w=0 (expected: a reply to each write)");
        }
        if (consistency != MongoOptions.Consistency.RELAXED) {
            checkPromises(parsed, faults);
        }
        if (!faults.isEmpty()) {
            throw new InvalidOptionException("of MongoDB", String.join("; ", faults));
        }
    }

    private static void checkPromises(ConnectionString parsed, List<String> faults) {
        String remedy = "; with consistency=relaxed it is taken as it is)";
        WriteConcern write = parsed.getWriteConcern();
        if (write != null) {
            if (write.isAcknowledged() && write.getWObject() != null && !"majority".equals(write.getWObject())) {
                faults.add("w=" + write.getWObject() + " (expected: majority" + remedy);
            }
            if (Boolean.FALSE.equals(write.getJournal())) {
                faults.add("journal=false (expected: true" + remedy);
            }
        }
        ReadPreference read = parsed.getReadPreference();
        if (read != null && !read.equals(ReadPreference.primary())) {
            faults.add("readPreference=" + read.getName() + " (expected: primary" + remedy);
        }
        ReadConcern concern = parsed.getReadConcern();
        if (concern != null && !concern.equals(ReadConcern.MAJORITY) && !concern.equals(ReadConcern.LINEARIZABLE)) {
            ReadConcernLevel level = concern.getLevel();
            faults.add("readConcernLevel=" + (level == null ? "" : level.getValue()) + " (expected: majority" + remedy);
        }
    }

    /** Returns the location without credentials and options. */
    String shown() {
        return shown;
    }

    /** Returns the servers without credentials. */
    String servers() {
        return servers;
    }

    /** Returns the connection string for the driver; holds credentials. */
    String uri() {
        return uri;
    }

    String database() {
        return database;
    }

    String collection() {
        return collection;
    }

    Secrets secrets() {
        return secrets;
    }

    /** Shows no credentials. */
    @Override
    public String toString() {
        return shown;
    }
}
