package io.atomflux.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreUnavailableException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the driver's errors into this library's, in this one place.
 *
 * <p>Codes are those of MongoDB's {@code error_codes.yml}.
 */
final class MongoErrors {

    /** The server may have executed the command, and perhaps takes it back when a new primary is elected. */
    private static final Set<Integer> UNDECIDED = Set.of(
            6, // HostUnreachable, from a router
            7, // HostNotFound, from a router
            50, // MaxTimeMSExpired
            64, // WriteConcernFailed
            79, // UnknownReplWriteConcern
            89, // NetworkTimeout, from a router
            91, // ShutdownInProgress
            100, // UnsatisfiableWriteConcern
            189, // PrimarySteppedDown
            262, // ExceededTimeLimit
            9001, // SocketException, from a router
            11600, // InterruptedAtShutdown
            11601, // Interrupted
            11602); // InterruptedDueToReplStateChange

    private static final Set<Integer> NOT_PRIMARY = Set.of(
            10058, // LegacyNotPrimary
            10107, // NotWritablePrimary
            13435, // NotPrimaryNoSecondaryOk
            13436); // NotPrimaryOrSecondary
    private static final Set<Integer> ACCESS = Set.of(
            13, // Unauthorized
            18, // AuthenticationFailed
            8000); // AtlasError, what Atlas answers for a wrong password
    private static final Set<Integer> FULL = Set.of(
            14031, // OutOfDiskSpace
            12501); // quota exceeded
    private static final Set<Integer> TOO_LARGE = Set.of(
            10334, // BSONObjectTooLarge
            17280, // KeyTooLong
            17419, 17420); // a document that an update would make too large

    private static final Pattern REASON = Pattern.compile("(?:exception=|caused by )\\{[\\w.$]+: ([^{}]+)}");

    private final String store;
    private final String address;
    private final Secrets secrets;

    /**
     * @param store names the store in messages
     * @param address where it is, without credentials
     * @param secrets what no message may show
     */
    MongoErrors(String store, String address, Secrets secrets) {
        this.store = store;
        this.address = address;
        this.secrets = secrets;
    }

    /** Maps the failure of something that changes nothing. */
    Throwable ofRead(Throwable failure) {
        return known(failure) ? failure : definite(failure, true);
    }

    /** Maps the failure of a change: {@link Documents.Unanswered} unless it was certainly not made. */
    Throwable ofChange(Throwable failure) {
        if (known(failure)) {
            return failure;
        }
        return mayHaveBeenMade(failure) ? new Documents.Unanswered(definite(failure, false)) : definite(failure, false);
    }

    private static boolean known(Throwable failure) {
        return failure instanceof AtomfluxException || failure instanceof Documents.Unanswered;
    }

    private static boolean mayHaveBeenMade(Throwable failure) {
        if (failure instanceof TimeoutException
                || failure
                        instanceof MongoOperationTimeoutException // of a client with timeoutMS, before or after sending
                || failure instanceof MongoWriteConcernException) {
            return true;
        } else if (failure instanceof MongoBulkWriteException bulk && bulk.getWriteConcernError() != null) {
            return true;
        } else if (failure instanceof MongoSocketException) {
            return !(failure instanceof MongoSocketOpenException);
        }
        return failure instanceof MongoException mongo && UNDECIDED.contains(mongo.getCode());
    }

    private AtomfluxException definite(Throwable failure, boolean read) {
        int code = failure instanceof MongoBulkWriteException bulk
                        && !bulk.getWriteErrors().isEmpty()
                ? bulk.getWriteErrors().get(0).getCode()
                : failure instanceof MongoException mongo ? mongo.getCode() : 0;
        Throwable cause = secrets.hide(failure);
        String told = secrets.hide(String.valueOf(failure.getMessage()));
        if (failure instanceof MongoSecurityException || ACCESS.contains(code)) {
            return new StoreAccessException(
                    store,
                    "%s refused user or password, or the user may not do this (%s)"
                            .formatted(address, secrets.hide(refusal(failure))),
                    cause);
        } else if (FULL.contains(code)) {
            return new StoreFullException(store, "the server's disk or quota is exhausted (%s)".formatted(told), cause);
        } else if (TOO_LARGE.contains(code)) {
            return new LimitExceededException(
                    "bytes of a document in " + store, RowCodec.LARGEST + 1L, RowCodec.LARGEST, "split the rows");
        } else if (NOT_PRIMARY.contains(code) || failure instanceof MongoNotPrimaryException) {
            return new StoreUnavailableException(
                    store, "%s is not the primary now (%s)".formatted(address, told), cause);
        } else if (failure instanceof MongoTimeoutException
                || failure instanceof MongoConfigurationException // names that DNS does not know
                || failure instanceof MongoConnectionPoolClearedException // after another connection broke
                || failure instanceof MongoSocketException
                || failure instanceof TimeoutException
                || UNDECIDED.contains(code)) {
            return new StoreUnavailableException(store, "%s: %s".formatted(address, reason(failure, told)), cause);
        } else if (failure instanceof MongoServerException) {
            return new StoreIoException(store, "the server refused a command (%s)".formatted(told), cause);
        }
        return new StoreIoException(store, (read ? "read: " : "write: ") + told, cause);
    }

    /** Of a failed handshake, takes what the server said; the driver describes the credentials it has tried. */
    private static String refusal(Throwable failure) {
        return failure instanceof MongoSecurityException && failure.getCause() instanceof MongoCommandException answer
                ? answer.getErrorMessage()
                : String.valueOf(failure.getMessage());
    }

    /** Of a search for a server that found none, takes what hindered it out of the driver's picture of the cluster. */
    private static String reason(Throwable failure, String told) {
        if (failure instanceof TimeoutException) { // of Reactor, which tells about its operators
            return "no answer in time (timeout_ms); check host, port and whether MongoDB runs";
        }
        if (!(failure instanceof MongoTimeoutException)) {
            return told;
        }
        Matcher reasons = REASON.matcher(told);
        String last = "";
        while (reasons.find()) {
            last = reasons.group(1);
        }
        return last.isEmpty() ? told : last + "; check host, port and whether MongoDB runs";
    }
}
