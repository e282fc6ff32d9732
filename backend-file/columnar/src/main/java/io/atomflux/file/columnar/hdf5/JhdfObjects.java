package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.SymbolTableEntry;
import io.jhdf.Utils;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.exceptions.HdfException;
import io.jhdf.exceptions.UnsupportedHdfException;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Groups of a file and what they link to, found through jhdf; links within the file are followed, those to other files never.
 *
 * <p>For many threads.
 */
final class JhdfObjects {

    private static final int MOST_HOPS = 16;
    private static final int MOST_VISITS = 1 << 16;
    /** What a symbol table calls a link to a name; source: "HDF5 File Format Specification 3.0", III.C. */
    private static final int CACHED_SOFT_LINK = 2;

    /** Something to be done by jhdf. */
    @FunctionalInterface
    interface Work<T> {
        T done() throws IOException;
    }

    /** Where a name leads: an address, another path, or out of the file. */
    private record Link(long address, @Nullable String path) {
        static final Link OUTSIDE = new Link(-1, null);
    }

    private final JhdfBytes bytes;
    private final String store;
    private final long root;
    private final Map<Long, ObjectHeader> headers = new ConcurrentHashMap<>();
    private final Map<Long, Map<String, Link>> groups = new ConcurrentHashMap<>();

    JhdfObjects(JhdfBytes bytes, String store, long root) {
        this.bytes = bytes;
        this.store = store;
        this.root = root;
    }

    /** Does what asks jhdf, whose failures are translated. */
    <T> T guarded(String place, Work<T> work) throws IOException {
        bytes.begin();
        try {
            return work.done();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof AtomfluxException known) {
                    throw known;
                }
                if (cause instanceof UncheckedIOException known) {
                    throw known.getCause();
                }
                if (isUnknown(cause)) {
                    throw new UnsupportedDataException(
                            store, place, told(cause) + "; read it where HDF5's library runs", e);
                }
            }
            // jhdf checks little: whatever else it throws comes from bytes that are not as they should be.
            throw new CorruptDataException(store, place, told(e), e);
        } catch (StackOverflowError | OutOfMemoryError e) {
            // Nothing of ours allocates what is not in the file; jhdf sizes some lists by what the file claims.
            throw new CorruptDataException(
                    store, place, "what describes it is larger than memory, or refers to itself", e);
        }
    }

    /** Tells whether jhdf met what it has not learnt; of newer versions of the format it says so in words only. */
    private static boolean isUnknown(Throwable e) {
        return e instanceof UnsupportedHdfException
                || (e instanceof HdfException && told(e).startsWith("Unrecognized datatype version"));
    }

    private static String told(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Returns the header of an object. */
    ObjectHeader header(long address) {
        ObjectHeader known = headers.get(address);
        if (known == null) {
            known = ObjectHeader.readObjectHeader(bytes, address);
            headers.put(address, known);
        }
        return known;
    }

    /** Returns where the header of the object at a path is. */
    OptionalLong addressOf(String path) {
        return resolve(root, parts(path), 0);
    }

    /** Returns the header of the object at a path. */
    Optional<ObjectHeader> at(String path) {
        OptionalLong address = addressOf(path);
        return address.isEmpty() ? Optional.empty() : Optional.of(header(address.getAsLong()));
    }

    static boolean isGroup(ObjectHeader header) {
        return header.hasMessageOfType(SymbolTableMessage.class) || header.hasMessageOfType(LinkInfoMessage.class);
    }

    static boolean isArray(ObjectHeader header) {
        return header.hasMessageOfType(DataLayoutMessage.class) && header.hasMessageOfType(DataSpaceMessage.class);
    }

    /** Lists what a group holds, groups and arrays. */
    List<String> names(String path) {
        OptionalLong address = addressOf(path);
        if (address.isEmpty() || !isGroup(header(address.getAsLong()))) {
            return List.of();
        }
        return links(address.getAsLong()).keySet().stream()
                .filter(name -> isListed(address.getAsLong(), name))
                .toList();
    }

    private boolean isListed(long group, String name) {
        try {
            OptionalLong child = resolve(group, List.of(name), 0);
            return child.isPresent() && (isGroup(header(child.getAsLong())) || isArray(header(child.getAsLong())));
        } catch (HdfException | UnsupportedDataException e) {
            return true; // there is something; whoever looks at it is told what is wrong
        }
    }

    /** Returns a path of the object at an address. */
    Optional<String> pathOf(long address) {
        record Found(long address, String path) {}
        Deque<Found> open = new ArrayDeque<>(List.of(new Found(root, "")));
        Set<Long> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Found found = open.remove();
            if (found.address() == address) {
                return Optional.of(found.path());
            }
            if (!seen.add(found.address()) || !isGroup(header(found.address()))) {
                continue;
            }
            if (seen.size() > MOST_VISITS) {
                throw new LimitExceededException(
                        "objects of " + store + " to look for a reference among",
                        seen.size(),
                        MOST_VISITS,
                        "read it where HDF5's library runs");
            }
            links(found.address()).forEach((name, link) -> {
                if (link.path() == null && link != Link.OUTSIDE) {
                    open.add(new Found(link.address(), found.path().isEmpty() ? name : found.path() + "/" + name));
                }
            });
        }
        return Optional.empty();
    }

    private static List<String> parts(String path) {
        return List.of(path.split("/", -1)).stream()
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }

    private OptionalLong resolve(long from, List<String> parts, int hops) {
        long at = from;
        for (String part : parts) {
            if (!isGroup(header(at))) {
                return OptionalLong.empty();
            }
            Link link = links(at).get(part);
            if (link == null) {
                return OptionalLong.empty();
            }
            if (link == Link.OUTSIDE) {
                throw new UnsupportedDataException(
                        store, "/" + part, "a link to another file (expected: groups and arrays in this one)", null);
            }
            String target = link.path();
            if (target == null) {
                at = link.address();
            } else if (hops >= MOST_HOPS) {
                return OptionalLong.empty();
            } else {
                OptionalLong linked = resolve(target.startsWith("/") ? root : at, parts(target), hops + 1);
                if (linked.isEmpty()) {
                    return linked;
                }
                at = linked.getAsLong();
            }
        }
        return OptionalLong.of(at);
    }

    private Map<String, Link> links(long address) {
        Map<String, Link> known = groups.get(address);
        if (known == null) {
            ObjectHeader header = header(address);
            known = header.hasMessageOfType(SymbolTableMessage.class)
                    ? oldLinks(header.getMessageOfType(SymbolTableMessage.class))
                    : newLinks(header);
            groups.put(address, known);
        }
        return known;
    }

    private Map<String, Link> oldLinks(SymbolTableMessage table) {
        Map<String, Link> links = new TreeMap<>();
        ByteBuffer names = new LocalHeap(bytes, table.getLocalHeapAddress()).getDataBuffer();
        for (long child :
                BTreeV1.createGroupBTree(bytes, table.getBTreeAddress()).getChildAddresses()) {
            for (SymbolTableEntry entry : new GroupSymbolTableNode(bytes, child).getSymbolTableEntries()) {
                String name = text(names, entry.getLinkNameOffset());
                links.put(
                        name,
                        entry.getCacheType() == CACHED_SOFT_LINK
                                ? new Link(0, text(names, entry.getLinkValueOffset()))
                                : new Link(entry.getObjectHeaderAddress(), null));
            }
        }
        return links;
    }

    private static String text(ByteBuffer names, int offset) {
        ByteBuffer at = names.duplicate();
        at.position(offset);
        return Utils.readUntilNull(at);
    }

    private Map<String, Link> newLinks(ObjectHeader header) {
        Map<String, Link> links = new TreeMap<>();
        LinkInfoMessage info = header.getMessageOfType(LinkInfoMessage.class);
        if (info.getBTreeNameIndexAddress() == Constants.UNDEFINED_ADDRESS) {
            header.getMessagesOfType(LinkMessage.class).forEach(link -> add(links, link));
            return links;
        }
        FractalHeap heap = new FractalHeap(bytes, info.getFractalHeapAddress());
        JhdfClaims.checkTree(bytes, info.getBTreeNameIndexAddress());
        BTreeV2<LinkNameForIndexedGroupRecord> index = new BTreeV2<>(bytes, info.getBTreeNameIndexAddress());
        for (LinkNameForIndexedGroupRecord name : index.getRecords()) {
            add(links, LinkMessage.fromBuffer(heap.getId(name.getId()), bytes.getSuperblock()));
        }
        return links;
    }

    private static void add(Map<String, Link> links, LinkMessage link) {
        switch (link.getLinkType()) {
            case HARD -> links.put(link.getLinkName(), new Link(link.getHardLinkAddress(), null));
            case SOFT -> links.put(link.getLinkName(), new Link(0, link.getSoftLink()));
            case EXTERNAL -> links.put(link.getLinkName(), Link.OUTSIDE);
        }
    }
}
